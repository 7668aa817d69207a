import * as kernel from './halved-text.generated.ts';
import { instantiate, kernelMemory } from './instantiate.ts';

/** A shorter text is halved before the kernel is compiled. */
const leastBytes = 2 ** 19;

/**
 * A form of a text from which it can be read again, and in which numbers take half as many bytes: what is hashed of a text.
 *
 * Each 128 bytes of the text, the last ones filled up with zeros, are a byte and eight lanes. Bit i of the byte says whether
 * lane i, 16 bytes of the text, has nothing but digits, line feeds and "+", ",", "-", ".", "e". Then it is 8 bytes, the code
 * of each character in four bits, the first one in the lower half; else it is the 16 bytes themselves. The number of bytes of
 * the text, 64 bits, little-endian, is at the end.
 *
 * assembly/shared/halved-text.ts says why it is so.
 */
export function halvedText(text: Uint8Array): Uint8Array {
  return text.length < leastBytes ? halvedPlainly(text) : halvedByKernel(text);
}

const groupBytes = 128;
const laneBytes = 16;

/** What stands for a byte without a code: whatever it is combined with, it remains. */
const none = 255;
const codes = new Uint8Array(256).fill(none);
for (const [code, character] of [...'0123456789\n+,-.e'].entries()) codes[character.charCodeAt(0)] = code;

/** The same, however long the text: the kernel's reference. */
export function halvedPlainly(text: Uint8Array): Uint8Array {
  const form = new Uint8Array(mostBytes(text));
  const last = new Uint8Array(groupBytes);
  last.set(text.subarray(text.length - (text.length % groupBytes)));
  let at = 0;
  for (let start = 0; start < text.length; start += groupBytes) {
    const isWhole = start + groupBytes <= text.length;
    at = halveGroup(isWhole ? text : last, isWhole ? start : 0, form, at);
  }
  new DataView(form.buffer).setBigUint64(at, BigInt(text.length), true);
  return form.subarray(0, at + 8);
}

const mostBytes = (text: Uint8Array): number => Math.ceil(text.length / groupBytes) * (groupBytes + 1) + 8;

/** Writes the form of a group; answers where it ends. */
function halveGroup(text: Uint8Array, start: number, form: Uint8Array, flagsAt: number): number {
  let at = flagsAt + 1;
  for (let lane = 0; lane < 8; lane++) {
    const from = start + lane * laneBytes;
    const to = from + laneBytes;
    let every = 0;
    for (let i = from; i < to; i++) every |= codes[text[i]];
    if (every === none) {
      for (let i = from; i < to; i++) form[at++] = text[i];
    } else {
      for (let i = from; i < to; i += 2) form[at++] = codes[text[i]] | (codes[text[i + 1]] << 4);
      form[flagsAt] |= 1 << lane;
    }
  }
  return at;
}

/** Bytes that are copied to the kernel's memory at once. */
const pieceBytes = 2 ** 18;

/** assembly/halved-text.ts at work. */
export function halvedByKernel(text: Uint8Array): Uint8Array {
  room ??= openRoom();
  const { exports, piece, halved } = room;
  const form = new Uint8Array(mostBytes(text));
  let length = 0;
  room.take = (address, count) => {
    form.set(halved.subarray(address - halved.byteOffset, address - halved.byteOffset + count), length);
    length += count;
  };
  exports.beginText(halved.byteOffset, 0, 0);
  for (let start = 0; start < text.length; start += pieceBytes) {
    const bytes = text.subarray(start, start + pieceBytes);
    piece.set(bytes);
    exports.addText(piece.byteOffset, bytes.length);
  }
  exports.endText(piece.byteOffset);
  return form.subarray(0, length);
}

/** Room that the kernel needs. */
export const halvedRoomBytes = 132 * 1024;

export interface HalvedTextKernel {
  /** Begins a text below a heading. */
  beginText(room: number, heading: number, headingBytes: number): void;
  addText(address: number, bytes: number): void;
  /** Ends the text, and writes the 32 bytes of its hash. */
  endText(hash: number): void;
}

let room: ReturnType<typeof openRoom> | undefined;

/** Less than half a megabyte, for as long as the process lives. */
function openRoom() {
  const memory = kernelMemory();
  const array = (bytes: number) => [memory.allocate(bytes), bytes] as const;
  const [piece, halved] = [array(pieceBytes), array(halvedRoomBytes)];
  const { buffer } = memory.memory;
  // What the kernel hands over to be hashed is the form.
  const host = {
    beginHash: () => {},
    hashBytes: (address: number, count: number) => opened.take(address, count),
    endHash: () => {},
  };
  const opened = {
    exports: instantiate<HalvedTextKernel>(kernel, memory.memory, { host }),
    piece: new Uint8Array(buffer, ...piece),
    halved: new Uint8Array(buffer, ...halved),
    take: (_address: number, _count: number) => {},
  };
  return opened;
}
