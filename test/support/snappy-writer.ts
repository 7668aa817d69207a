/**
 * Bytes in Snappy's raw format: what stood within 60,000 bytes before is copied, all else stands as it is.
 *
 * @see Snappy, format_description.txt
 */
export function snappy(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let rest = bytes.length;
  for (; rest > 127; rest >>>= 7) out.push((rest & 127) | 128);
  out.push(rest);
  const seen = new Map<number, number>();
  let unwritten = 0;
  for (let at = 0; at + 4 <= bytes.length; ) {
    const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    const before = seen.get(word);
    seen.set(word, at);
    if (before === undefined || at - before > 60_000) {
      at++;
      continue;
    }
    literal(unwritten, at);
    let length = 4;
    while (length < 64 && at + length < bytes.length && bytes[before + length] === bytes[at + length]) length++;
    copy(at - before, length);
    at += length;
    unwritten = at;
  }
  literal(unwritten, bytes.length);
  return Uint8Array.from(out);

  function literal(start: number, end: number): void {
    for (let from = start; from < end; from += 65_536) {
      const length = Math.min(65_536, end - from) - 1;
      if (length < 60) out.push(length << 2);
      else if (length < 256) out.push(60 << 2, length);
      else out.push(61 << 2, length & 255, length >> 8);
      for (let i = from; i <= from + length; i++) out.push(bytes[i]);
    }
  }

  function copy(distance: number, length: number): void {
    if (length < 12 && distance < 2048) out.push(((distance >> 8) << 5) | ((length - 4) << 2) | 1, distance & 255);
    else out.push(((length - 1) << 2) | 2, distance & 255, distance >> 8);
  }
}
