import { randomFrom, type SeededRandom } from './seeded-random.ts';

/** Bytes that mean something to some reader: separators, quotes, signatures of formats, edges of numbers, names of JavaScript. */
const tokens = [
  ...['"', '""', ',', ';', '\t', '\r\n', '\n', '\r', '\\', '|', "'", ':', '{', '}', '[', ']', '[[', '{"a":', 'null'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__proto__.x', 'length', '0', '-0', '-1'],
  ...['NaN', 'Infinity', '-inf', '1e400', '1e-400', '9007199254740993', '0x10', '1_000', '١٢', '1,5', '4294967296'],
  ...[
    'PAR1',
    '\u001f\u008b\u0008',
    '\u0028\u00b5\u002f\u00fd',
    '\ufeff',
    '\u00ff\u00fe',
    '\u0000',
    '\u0000\u0000\u0000',
  ],
  ...[
    '&a [*a,*a]',
    '*a',
    '!!js/function',
    '<<: *a',
    '- - - -',
    '? ',
    '---\n',
    '%YAML 1.1\n',
    '<script>alert(1)</script>',
  ],
  ...['=cmd()', '../../', '..%2f', '%00', '%', '%E0%A4%A', 'http://169.254.169.254/', 's3://a/', 'datasets/', 'runs/'],
  ...['2026-02-30', '0000-00-00', '+275760-09-13T00:00:00.001Z', '1:1', '1:1 1:1', 'qid:1', '-1:1', '1e9:1', '#'],
].map((text) => Buffer.from(text, /[\u0080-\u00ff]/.test(text) && !/[\u0100-\uffff]/.test(text) ? 'latin1' : 'utf8'));

/** Most bytes of an input: what is slower than it should be is slow enough at this. */
const lengthLimit = 1 << 18;

/** `seed` with one to eight things done to it. */
export function mutateBytes(seed: Uint8Array, random: SeededRandom, others: readonly Uint8Array[]): Uint8Array {
  let bytes: Buffer<ArrayBuffer> = Buffer.from(seed);
  const count = 1 + random.below(1 << random.below(4));
  for (let i = 0; i < count; i++) {
    bytes = mutation(bytes, random, others);
    if (bytes.length > lengthLimit) bytes = bytes.subarray(0, lengthLimit);
  }
  return new Uint8Array(bytes);
}

function mutation(
  bytes: Buffer<ArrayBuffer>,
  random: SeededRandom,
  others: readonly Uint8Array[],
): Buffer<ArrayBuffer> {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random.below(1 << random.below(8)));
  const insert = (piece: Uint8Array) => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
  switch (random.below(10)) {
    case 0:
      if (at < bytes.length) bytes[at] ^= 1 << random.below(8);
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = randomFrom([0, 0xff, 0x7f, 0x80, 0x0a, 0x22, random.below(256)], random);
      return bytes;
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 3:
      return insert(randomFrom(tokens, random));
    case 4:
      return Buffer.concat([bytes.subarray(0, at), randomFrom(tokens, random), bytes.subarray(end)]);
    case 5:
      return insert(bytes.subarray(at, end));
    case 6: {
      // One piece very often: what takes more than linear time shows.
      const piece = random.below(2) === 0 ? randomFrom(tokens, random) : bytes.subarray(at, Math.min(end, at + 16));
      const times = 1 << random.below(15);
      return insert(Buffer.concat(Array.from({ length: Math.min(times, 65_536 / (piece.length || 1)) }, () => piece)));
    }
    case 7: {
      const other = randomFrom(others.length > 0 ? others : tokens, random);
      const from = random.below(other.length + 1);
      return insert(other.subarray(from, from + 1 + random.below(256)));
    }
    case 8:
      return bytes.subarray(0, at);
    default: {
      // A number of one, two, four or eight bytes at an edge: lengths and offsets are such.
      const edge = randomFrom(
        [0n, 1n, 0x7fn, 0xffn, 0x7fffn, 0xffffn, 0x7fff_ffffn, 0xffff_ffffn, 2n ** 63n - 1n],
        random,
      );
      const field = Buffer.alloc(8);
      field.writeBigUInt64LE(edge);
      const width = 1 << random.below(4);
      field.copy(bytes, Math.min(at, Math.max(0, bytes.length - width)), 0, Math.min(width, bytes.length));
      return bytes;
    }
  }
}

type Json = unknown;

/** A JSON value with one to four things done to it. */
export function mutateJson(seed: Json, random: SeededRandom): Json {
  let value = structuredClone(seed);
  const count = 1 + random.below(4);
  for (let i = 0; i < count; i++) value = mutateAt(value, random, random.below(6));
  return value;
}

function mutateAt(value: Json, random: SeededRandom, depth: number): Json {
  if (depth > 0 && typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    if (keys.length > 0) {
      const key = randomFrom(keys, random);
      const inner = mutateAt((value as Record<string, Json>)[key], random, depth - 1);
      return withProperty(value, key, inner);
    }
  }
  switch (random.below(6)) {
    case 0:
      return oddValue(random);
    case 1:
      return typeof value === 'object' && value !== null ? without(value, random) : oddValue(random);
    case 2:
      return typeof value === 'string' ? mutateText(value, random) : oddValue(random);
    case 3:
      return typeof value === 'object' && value !== null
        ? withProperty(value, randomFrom(oddNames, random), oddValue(random))
        : [value];
    case 4:
      return Array.isArray(value) && isSmall(value[0], { left: 1000 })
        ? Array.from({ length: 1 << random.below(10) }, () => value[0])
        : { a: value };
    default:
      return oddValue(random);
  }
}

/** Whether a value has few values in it: repeated copies of a large one would be larger than any real event. */
const isSmall = (value: Json, values: { left: number }): boolean =>
  --values.left > 0 &&
  (typeof value !== 'object' || value === null || Object.values(value).every((inner) => isSmall(inner, values)));

const oddNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'then',
  'toJSON',
  '',
  'x'.repeat(3000),
  '\ud800',
  'a.b',
];

/** Its own property of that name, also where the name is `__proto__`. */
function withProperty(value: object, name: string, inner: Json): Json {
  if (Array.isArray(value) && value.length === 0) return [inner];
  if (Array.isArray(value)) return value.with(Math.min(Number(name) || 0, Math.max(0, value.length - 1)), inner);
  return Object.defineProperty({ ...value }, name, {
    value: inner,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function without(value: object, random: SeededRandom): Json {
  if (Array.isArray(value)) return value.slice(random.below(value.length + 1));
  const keys = Object.keys(value);
  const gone = keys.length > 0 ? randomFrom(keys, random) : '';
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== gone));
}

const mutateText = (text: string, random: SeededRandom): string =>
  Buffer.from(mutateBytes(Buffer.from(text), random, tokens)).toString('utf8');

function oddValue(random: SeededRandom): Json {
  const deep = (depth: number, wrap: (inner: Json) => Json) => {
    let value: Json = 1;
    for (let i = 0; i < depth; i++) value = wrap(value);
    return value;
  };
  const makers: (() => Json)[] = [
    () => null,
    () => true,
    () => randomFrom([0, -0, -1, 0.1, 1e308, -1e308, 5e-324, 2 ** 53, 2 ** 31, 4_294_967_296], random),
    () => '',
    () => randomFrom(tokens, random).toString('utf8'),
    () => 'a'.repeat(1 << random.below(17)),
    () => `${'a'.repeat(1 << random.below(15))}!`,
    () => '-._'.repeat(1 << random.below(12)),
    () => [],
    () => ({}),
    () => Array.from({ length: 1 << random.below(12) }, (_, i) => i),
    () => Object.fromEntries(Array.from({ length: 1 << random.below(10) }, (_, i) => [`k${i}`, i])),
    () => deep(1 << random.below(12), (inner) => [inner]),
    () => deep(1 << random.below(12), (inner) => ({ a: inner })),
    () => withProperty({}, '__proto__', { polluted: true }),
    () => ({ constructor: { prototype: { polluted: true } } }),
  ];
  return randomFrom(makers, random)();
}
