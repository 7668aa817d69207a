// Holds the reader's numbers against the language's own parser, bit for bit: `npm run numbers -- [COUNT] [SEED]`.
import { fileURLToPath } from 'node:url';
import { parseNumber } from '../lib/data/number.ts';

/** Tries `count` texts of all kinds, seeded; answers those that differ from Number() in any bit. */
export function compareNumbers(count: number, seed: number): { tried: number; wrong: string[] } {
  const random = generator(seed);
  const wrong: string[] = [];
  const bytes = new Uint8Array(1200);
  const [ours, theirs] = [new Float64Array(1), new Float64Array(1)];
  const [ourWords, theirWords] = [new Int32Array(ours.buffer), new Int32Array(theirs.buffer)];
  for (let i = 0; i < count; i++) {
    const text = makers[i % makers.length](random);
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
    ours[0] = parseNumber(bytes, 0, text.length);
    theirs[0] = Number(text);
    if (ourWords[0] !== theirWords[0] || ourWords[1] !== theirWords[1]) wrong.push(text);
  }
  return { tried: count, wrong };
}

/** Mulberry32 (Ettinger 2017, public domain): fast, and good enough to choose texts. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Random = () => number;

const scratch = new DataView(new ArrayBuffer(8));

/** Any finite float64, all bit patterns alike: so most have huge or tiny exponents. */
function anyFloat(random: Random): number {
  for (;;) {
    scratch.setUint32(0, random() * 2 ** 32);
    scratch.setUint32(4, random() * 2 ** 32);
    const value = scratch.getFloat64(0);
    if (Number.isFinite(value)) return value;
  }
}

const whole = (random: Random, below: number): number => Math.floor(random() * below);
const sign = (random: Random): string => ['', '', '-', '+'][whole(random, 4)];

function digits(random: Random, count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) text += whole(random, 10);
  return text;
}

/** Exact decimal digits of a float64 near the middle between two neighbours: the hardest to round. */
function halfway(random: Random): string {
  const mantissa = BigInt(2 ** 52) + BigInt(whole(random, 2 ** 52));
  const exponent = whole(random, 2040) - 1020 - 52;
  // (2m + 1) · 2 ** (e - 1), written out exactly.
  const odd = 2n * mantissa + 1n;
  const power = exponent - 1;
  const exact = power >= 0 ? `${odd << BigInt(power)}` : `${odd * 5n ** BigInt(-power)}e${power}`;
  const nudge = ['', '.0000000000000000000000000000000001', '.'][whole(random, 3)];
  return exact.includes('e') ? exact.replace('e', `${nudge}e`) : exact + nudge;
}

const makers: ((random: Random) => string)[] = [
  (random) => String(anyFloat(random)),
  (random) => anyFloat(random).toExponential(whole(random, 20)),
  (random) => `${sign(random)}${digits(random, 1 + whole(random, 6))}.${digits(random, whole(random, 8))}`,
  (random) => `${sign(random)}${digits(random, 17 + whole(random, 3))}e${whole(random, 640) - 330}`,
  (random) => `${sign(random)}${digits(random, whole(random, 3) + 1)}.${digits(random, 15 + whole(random, 6))}`,
  (random) => `${sign(random)}${whole(random, 2 ** 53)}${['', '.5', 'e-22', 'E+22', 'e23', 'e-23'][whole(random, 6)]}`,
  (random) => (anyFloat(random) * 1e-300 * 1e-20).toPrecision(1 + whole(random, 21)),
  (random) => `${sign(random)}0.${'0'.repeat(whole(random, 330))}${digits(random, 1 + whole(random, 25))}`,
  (random) => `${sign(random)}${digits(random, 1 + whole(random, 30))}e${whole(random, 2000) - 1000}`,
  (random) =>
    `${sign(random)}${['4.9e-324', '2.4703282292062327e-324', '2.4703282292062328e-324', '2.2250738585072011e-308', '1.7976931348623157e308', '1.7976931348623159e308', '1e400', '0', '-0', '0e999', '9007199254740993'][whole(random, 11)].replace('-0', '0')}`,
  (random) =>
    random() < 0.02 ? halfway(random) : `${sign(random)}${digits(random, 19)}${digits(random, whole(random, 4))}`,
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const count = Number(process.argv[2] ?? 10_000_000);
  const seed = Number(process.argv[3] ?? 1);
  const { tried, wrong } = compareNumbers(count, seed);
  for (const text of wrong.slice(0, 20)) console.log(`${text}: not the float64 that Number() gives`);
  console.log(`${tried} texts, ${wrong.length} wrong`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
