// The hash of a text, of which numbers are hashed at half their length, without loss.
//
// SHA-256 is taken over a heading and the text's halved form:
//
//   for each 128 bytes of the text, the last ones filled up with zeros: a byte, then eight lanes. Bit i of the byte says
//     whether lane i, 16 bytes of the text, has nothing but digits, line feeds and "+", ",", "-", ".", "e". Then it is 8
//     bytes, the code of each character in four bits, the first one in the lower half; else it is the 16 bytes themselves
//   the number of bytes of the text, u64
//
// So each text has one halved form, from which it can be read again: texts that differ have forms that differ. The form
// depends on the text alone, not on the pieces in which it came. lib/kernels/halved-text.ts is the same in TypeScript.
//
// Memory: `room`, 132 KiB: up to 127 bytes of the text that don't make 128 yet, and behind them the halved form, which goes to
// the host by 128 KiB.
//
// Why so: SHA-256 takes about half a nanosecond a byte, as long as parsing, while this takes a tenth of that. The ten digits
// and five of the signs differ in the lower half of their bytes, which is their code; "e" takes the code that is left, 15.
// A look-up by code says which character has it: where that is another one, the lane is left as it is. Text of numbers alone
// is the common case: 128 bytes are halved without looking, and done once more, lane by lane, if that was wrong. There is no
// branch on a lane: either form is written, and the next lane written over what is too much.

import { beginHash, endHash, hashBytes } from './host';

const constants = memory.data<u8>([
  48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 10, 43, 44, 45, 46, 101, // the characters, by code: 0123456789\n+,-.e
  15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
  101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, // 'e'
]);

const groupBytes: usize = 128;
/** So much of the halved form is handed over at once: few calls, of what the second-level cache still holds. */
const handOverBytes: usize = 131072;

/** Where bytes wait for the rest of their group, and how many there are. */
let waiting: usize = 0;
let waitingBytes: usize = 0;
/** Where the halved form begins that has not been hashed, and where it ends. */
let first: usize = 0;
let out: usize = 0;
/** Bytes of the text so far. */
let length: u64 = 0;

/** Begins a text below a heading. */
export function beginText(room: usize, heading: usize, headingBytes: usize): void {
  waiting = room;
  waitingBytes = 0;
  first = room + groupBytes;
  out = first;
  length = 0;
  beginHash();
  hashBytes(heading, headingBytes);
}

/** Adds bytes to the text. */
export function addText(start: usize, bytes: usize): void {
  length += bytes;
  let from = start;
  const end = start + bytes;
  if (waitingBytes > 0) {
    const count = min(groupBytes - waitingBytes, bytes);
    memory.copy(waiting + waitingBytes, from, count);
    waitingBytes += count;
    from += count;
    if (waitingBytes < groupBytes) return;
    halve(waiting, waiting + groupBytes);
  }
  from = halve(from, end);
  waitingBytes = end - from;
  memory.copy(waiting, from, waitingBytes);
}

/** Ends the text, and writes the 32 bytes of its hash. */
export function endText(hash: usize): void {
  if (waitingBytes > 0) {
    memory.fill(waiting + waitingBytes, 0, groupBytes - waitingBytes);
    halve(waiting, waiting + groupBytes);
  }
  store<u64>(out, length);
  out += 8;
  handOver();
  endHash(hash);
}

function handOver(): void {
  hashBytes(first, out - first);
  out = first;
}

/** Halves the whole groups from `start` to `end`; answers where they end. */
function halve(start: usize, end: usize): usize {
  let from = start;
  for (; end - from >= groupBytes; from += groupBytes) {
    out = halveNumbers(from, out) ? out + 1 + groupBytes / 2 : halveLanes(from, out);
    if (out - first >= handOverBytes) handOver();
  }
  return from;
}

/** Halves a group as if it were numbers; answers whether it was. */
// @ts-ignore: decorator
@inline
function halveNumbers(from: usize, to: usize): bool {
  const characters = v128.load(constants);
  let wrong = i8x16.splat(0);
  for (let i: usize = 0; i < groupBytes; i += 32) {
    const left = v128.load(from + i);
    const right = v128.load(from + i, 16);
    const leftCodes = codesOf(left);
    const rightCodes = codesOf(right);
    wrong = v128.or(wrong, v128.xor(i8x16.swizzle(characters, leftCodes), left));
    wrong = v128.or(wrong, v128.xor(i8x16.swizzle(characters, rightCodes), right));
    v128.store(to + i / 2, lowerBytes(paired(leftCodes), paired(rightCodes)), 1);
  }
  store<u8>(to, 255);
  return !v128.any_true(wrong);
}

/** Halves those lanes of a group that can be; answers where its form ends. */
function halveLanes(from: usize, to: usize): usize {
  const characters = v128.load(constants);
  let at = to + 1;
  let halved: u32 = 0;
  for (let lane: u32 = 0; lane < 8; lane++, from += 16) {
    const text = v128.load(from);
    const codes = codesOf(text);
    const isHalved = <u32>!v128.any_true(v128.xor(i8x16.swizzle(characters, codes), text));
    halved |= isHalved << lane;
    v128.store(at, lowerBytes(paired(codes), codes));
    at += <usize>isHalved << 3;
    v128.store(at, text);
    at += <usize>(isHalved ^ 1) << 4;
  }
  store<u8>(to, <u8>halved);
  return at;
}

/** The code of each character; of a byte that has none, the code of another one. */
// @ts-ignore: decorator
@inline
function codesOf(text: v128): v128 {
  return v128.and(v128.or(text, i8x16.eq(text, v128.load(constants, 32))), v128.load(constants, 16));
}

/** Two codes in the lower byte of each 16 bits; the upper one means nothing. */
// @ts-ignore: decorator
@inline
function paired(codes: v128): v128 {
  return v128.or(codes, i16x8.shr_u(codes, 4));
}

// @ts-ignore: decorator
@inline
function lowerBytes(left: v128, right: v128): v128 {
  return v128.shuffle<u8>(left, right, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}
