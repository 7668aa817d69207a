/** The greatest distance of a copy, and the size of the hash table that finds earlier words. */
const [farthest, slots] = [65_535, 1 << 14];

/**
 * Bytes in Snappy's raw format: what occurs within the last 64 kB is copied, everything else is a literal.
 *
 * @see Snappy, format_description.txt
 */
export function snappy(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(16 + bytes.length + Math.ceil(bytes.length / 6));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seen = new Int32Array(slots).fill(-1);
  let to = 0;
  let rest = bytes.length;
  for (; rest > 127; rest >>>= 7) out[to++] = (rest & 127) | 128;
  out[to++] = rest;
  let unwritten = 0;
  for (let at = 0; at + 4 <= bytes.length; ) {
    const slot = Math.imul(view.getUint32(at, true), 0x1e35a7bd) >>> 18;
    const before = seen[slot];
    seen[slot] = at;
    let length = 0;
    if (before >= 0 && at - before <= farthest) {
      while (length < 64 && at + length < bytes.length && bytes[before + length] === bytes[at + length]) length++;
    }
    if (length < 4) {
      at++;
      continue;
    }
    literal(unwritten, at);
    copy(at - before, length);
    at += length;
    unwritten = at;
  }
  literal(unwritten, bytes.length);
  return out.slice(0, to);

  function literal(start: number, end: number): void {
    for (let from = start; from < end; from += 65_536) {
      const length = Math.min(65_536, end - from) - 1;
      if (length < 60) out[to++] = length << 2;
      else if (length < 256) {
        out[to++] = 60 << 2;
        out[to++] = length;
      } else {
        out[to++] = 61 << 2;
        out[to++] = length & 255;
        out[to++] = length >> 8;
      }
      out.set(bytes.subarray(from, from + length + 1), to);
      to += length + 1;
    }
  }

  function copy(distance: number, length: number): void {
    if (length < 12 && distance < 2048) {
      out[to++] = ((distance >> 8) << 5) | ((length - 4) << 2) | 1;
      out[to++] = distance & 255;
      return;
    }
    out[to++] = ((length - 1) << 2) | 2;
    out[to++] = distance & 255;
    out[to++] = distance >> 8;
  }
}
