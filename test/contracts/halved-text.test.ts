import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { textHash } from '../../lib/data/block-cutter.ts';
import { kernelHost } from '../../lib/data/kernel-host.ts';
import * as source from '../../lib/kernels/halved-text.generated.ts';
import {
  type HalvedTextKernel,
  halvedByKernel,
  halvedPlainly,
  halvedRoomBytes,
  halvedText,
} from '../../lib/kernels/halved-text.ts';
import { instantiate, kernelMemory } from '../../lib/kernels/instantiate.ts';

const ways = { 'the kernel': halvedByKernel, 'plain code': halvedPlainly, 'whichever is chosen': halvedText };

const bytesOf = (text: string) => new TextEncoder().encode(text);
const characters = '0123456789\n+,-.e';

/** Reads a text again from its form, as lib/kernels/halved-text.ts describes it. */
function textOf(form: Uint8Array): Uint8Array {
  const length = Number(new DataView(form.buffer, form.byteOffset + form.length - 8, 8).getBigUint64(0, true));
  const text: number[] = [];
  let at = 0;
  while (text.length < length) {
    const flags = form[at++];
    for (let lane = 0; lane < 8; lane++) {
      if ((flags >> lane) & 1) {
        for (const byte of form.subarray(at, at + 8)) {
          text.push(...[byte & 15, byte >> 4].map((code) => characters.charCodeAt(code)));
        }
        at += 8;
      } else {
        text.push(...form.subarray(at, at + 16));
        at += 16;
      }
    }
  }
  expect(at).toBe(form.length - 8);
  expect(text.slice(length)).toEqual(new Array(text.length - length).fill(0));
  return Uint8Array.from(text.slice(0, length));
}

/** A text of characters with codes, but for some of its bytes. */
function mostlyNumbers(length: number, others: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const text = Uint8Array.from({ length }, () => characters.charCodeAt(random.nextInt(16)));
  for (let i = 0; i < others; i++) text[random.nextInt(length)] = random.nextInt(256);
  return text;
}

describe.each(Object.entries(ways))('%s', (_, halve) => {
  test('halves 16 bytes that have codes, in the order of the codes, and leaves others as they are', () => {
    const found = [...halve(bytesOf('0123456789\n+,-.e0123456789abcdef'))];
    const letters = [...bytesOf('0123456789abcdef')];
    const pairs = [0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe];
    const zeros = new Array(6 * 16).fill(0);
    expect(found).toEqual([1, ...pairs, ...letters, ...zeros, 32, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('any text can be read again from its form', () => {
    for (const others of [0, 1, 3, 40]) {
      for (const length of [1, 2, 15, 16, 17, 127, 128, 129, 255, 256, 1000, 1024, 5003]) {
        const text = mostlyNumbers(length, others, length + others);
        expect(textOf(halve(text))).toEqual(text);
      }
    }
  });

  test('any byte in any place of a lane makes it a lane as it is, but for the characters with codes', () => {
    for (let byte = 0; byte < 256; byte++) {
      const isCoded = characters.includes(String.fromCharCode(byte));
      for (const place of [0, 1, 2, 3, 7, 8, 14, 15, 16, 31, 77, 127]) {
        const text = mostlyNumbers(128, 0, 7);
        text[place] = byte;
        const found = halve(text);
        expect(found[0], `${byte} at ${place}`).toBe(isCoded ? 255 : 255 ^ (1 << (place >> 4)));
        expect(textOf(found)).toEqual(text);
      }
    }
  });
});

test('the hash of a text is SHA-256 over its heading, a line end, and its form', () => {
  // By hashlib of Python 3.11, of what this program makes of the text:
  //   text = b'1.5,-2e+7\n' * 29 + b'NA,\n'
  //   code = {c: i for i, c in enumerate(b'0123456789\n+,-.e')}
  //   form = b''
  //   for g in range(0, len(text), 128):
  //     group = text[g:g + 128].ljust(128, b'\0')
  //     lanes = [group[i:i + 16] for i in range(0, 128, 16)]
  //     short = [all(c in code for c in lane) for lane in lanes]
  //     form += bytes([sum(s << i for i, s in enumerate(short))])
  //     for lane, s in zip(lanes, short):
  //       form += bytes(code[a] + 16 * code[b] for a, b in zip(lane[::2], lane[1::2])) if s else lane
  //   hashlib.sha256(b'["a","b"]\n' + form + len(text).to_bytes(8, 'little')).hexdigest()
  const expected = '29dd5be77a118a63fa18d0d72c02b3c5d3aa404f2404628fa033b362ea5b4827';
  const [heading, text] = ['["a","b"]', bytesOf(`${'1.5,-2e+7\n'.repeat(29)}NA,\n`)];
  expect(textHash(heading, text)).toBe(expected);
  expect(hashByKernel(heading, text)).toBe(expected);
});

/** Where a text is cut into the pieces in which the kernel gets it: the end of each. */
type Cuts = (length: number) => number[];
const uncut: Cuts = (length) => [length];

const home = kernelMemory();
const [room, textAt, hashAt] = [home.allocate(halvedRoomBytes), home.allocate(2 ** 20 + 64), home.allocate(32)];

/** Gives the kernel a text that begins `shift` bytes behind a multiple of 64, and answers what it wants hashed. */
function handedOver(heading: string, text: Uint8Array, shift = 0, cuts = uncut): Uint8Array {
  const handed: Uint8Array[] = [];
  const memory = new Uint8Array(home.memory.buffer);
  const imports = kernelHost(home.memory);
  const hashBytes = imports.host.hashBytes as (address: number, count: number) => void;
  imports.host.hashBytes = (address: number, count: number) => {
    handed.push(memory.slice(address, address + count));
    hashBytes(address, count);
  };
  const kernel = instantiate<HalvedTextKernel>(source, home.memory, imports);
  const headingBytes = bytesOf(`${heading}\n`);
  const headingAt = home.allocate(headingBytes.length);
  memory.set(headingBytes, headingAt);
  memory.set(text, textAt + shift);
  kernel.beginText(room, headingAt, headingBytes.length);
  let start = 0;
  for (const end of cuts(text.length)) {
    kernel.addText(textAt + shift + start, end - start);
    start = end;
  }
  kernel.endText(hashAt);
  return Buffer.concat(handed.slice(1));
}

function hashByKernel(heading: string, text: Uint8Array): string {
  handedOver(heading, text);
  return Buffer.from(new Uint8Array(home.memory.buffer, hashAt, 32)).toString('hex');
}

test('the kernel gives the form of plain code, at any address and in whatever pieces', () => {
  const byThousand: Cuts = (length) => [
    ...Array.from({ length: Math.floor(length / 1000) }, (_, i) => i * 1000),
    length,
  ];
  const cuts: Cuts[] = [
    uncut,
    byThousand,
    (length) => Array.from({ length }, (_, i) => i + 1),
    (length) => [0, Math.min(127, length), Math.min(128, length), Math.min(300, length), length, length],
  ];
  for (const length of [0, 1, 16, 127, 128, 129, 500, 4096, 10_007]) {
    for (const others of length === 0 ? [0] : [0, 1, 30]) {
      const text = mostlyNumbers(length, others, length);
      for (const cut of cuts) {
        for (const shift of [0, 1, 7, 16, 63]) {
          expect(Buffer.compare(handedOver('', text, shift, cut), halvedPlainly(text)), `${length} by ${shift}`).toBe(
            0,
          );
        }
      }
    }
  }
});

test('a text that is larger than the kernel’s room has the same form and hash either way', () => {
  for (const others of [0, 5, 100_000]) {
    const text = mostlyNumbers(1_000_003, others, others);
    expect(Buffer.compare(halvedByKernel(text), halvedPlainly(text))).toBe(0);
    expect(Buffer.compare(halvedText(text), halvedPlainly(text))).toBe(0);
    expect(hashByKernel('["a"]', text)).toBe(textHash('["a"]', text));
  }
});
