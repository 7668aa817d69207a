import { decodeText } from './text.ts';

/** Numbers the distinct texts of a column in the order of their first appearance, by their bytes. */
export interface LevelIndex {
  /**
   * The number of the text `bytes[start, end)`, whose `cellHash` is `hash`.
   *
   * @returns -1 when the text is not UTF-8
   */
  codeOf(bytes: Uint8Array, start: number, end: number, hash: number): number;
  /** The texts by number. */
  texts: string[];
  /** Bytes of the texts. */
  byteLength(): number;
}

/** An open-addressing hash table over the bytes, so that a text is decoded once however often it appears. */
export function levelIndex(): LevelIndex {
  const texts: string[] = [];
  /** The texts' bytes, one after another, and where each ends. */
  let arena = new Uint8Array(1024);
  let ends = new Float64Array(64);
  let hashes = new Uint32Array(64);
  /** Code + 1 of the text in each slot; 0 where it is free. At most half of them are taken. */
  let slots = new Int32Array(128);

  return { codeOf, texts, byteLength: () => (texts.length === 0 ? 0 : ends[texts.length - 1]) };

  function codeOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const code = slots[slot] - 1;
      if (hashes[code] === hash && equals(code, bytes, start, end)) return code;
    }
    const text = decodeText(bytes, start, end);
    if (text === undefined) return -1;
    slots[slot] = texts.length + 1;
    return append(text, bytes, start, end, hash);
  }

  function equals(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = code === 0 ? 0 : ends[code - 1];
    if (ends[code] - from !== end - start) return false;
    for (let i = 0; i < end - start; i++) if (arena[from + i] !== bytes[start + i]) return false;
    return true;
  }

  function append(text: string, bytes: Uint8Array, start: number, end: number, hash: number): number {
    const code = texts.length;
    const from = code === 0 ? 0 : ends[code - 1];
    const to = from + end - start;
    if (to > arena.length) arena = enlarged(arena, new Uint8Array(Math.max(arena.length * 2, to)));
    if (code === hashes.length) {
      hashes = enlarged(hashes, new Uint32Array(code * 2));
      ends = enlarged(ends, new Float64Array(code * 2));
    }
    arena.set(bytes.subarray(start, end), from);
    ends[code] = to;
    hashes[code] = hash;
    texts.push(text);
    if (texts.length * 2 > slots.length) rehash();
    return code;
  }

  function rehash(): void {
    slots = new Int32Array(slots.length * 2);
    const mask = slots.length - 1;
    for (let code = 0; code < texts.length; code++) {
      let slot = hashes[code] & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = code + 1;
    }
  }
}

/** Puts a column's levels into order of UTF-16 code units and renumbers its codes, in place. */
export function sortLevels(texts: readonly string[], codes: Int32Array): string[] {
  const order = texts.map((_, code) => code).sort((a, b) => (texts[a] < texts[b] ? -1 : 1));
  const renumbered = new Int32Array(texts.length);
  for (let code = 0; code < order.length; code++) renumbered[order[code]] = code;
  for (let row = 0; row < codes.length; row++) if (codes[row] >= 0) codes[row] = renumbered[codes[row]];
  return order.map((code) => texts[code]);
}

function enlarged<A extends Uint8Array | Uint32Array | Float64Array>(old: A, grown: A): A {
  grown.set(old);
  return grown;
}
