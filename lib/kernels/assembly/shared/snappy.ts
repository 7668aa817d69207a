// Snappy's raw format: a length, then literals and copies of what was decompressed before.
//
// Why so: numbers hardly repeat, so most of a page is a few long literals, which `memory.copy` moves. Short elements are
// moved 16 bytes at once, beyond their end, where the next element overwrites them. See Snappy's format_description.txt.

/**
 * Decompresses a block; answers whether it was intact and held exactly `bytes` bytes. Up to 64 bytes behind the target may
 * be overwritten, and up to 64 behind the source read.
 */
export function unpackSnappy(from: usize, fromEnd: usize, to: usize, bytes: usize): bool {
  const toEnd = to + bytes;
  let p = from;
  let length: usize = 0;
  for (let shift: usize = 0; ; shift += 7) {
    if (p >= fromEnd || shift > 28) return false;
    const part = <usize>load<u8>(p++);
    length |= (part & 127) << shift;
    if (part < 128) break;
  }
  if (length != bytes) return false;
  let o = to;
  while (p < fromEnd) {
    const tag = <usize>load<u8>(p++);
    let count = (tag >> 2) + 1;
    if ((tag & 3) == 0) {
      if (count > 60) {
        const width = count - 60;
        if (fromEnd - p < width) return false;
        count = (load<u32>(p) & (<u32>0xffffffff >> (<u32>(4 - width) << 3))) + 1;
        p += width;
      }
      // A count of 2 ** 32 is 0 here.
      if (count == 0 || fromEnd - p < count || toEnd - o < count) return false;
      if (count <= 16) v128.store(o, v128.load(p));
      else memory.copy(o, p, count);
      p += count;
      o += count;
      continue;
    }
    let distance: usize;
    if ((tag & 3) == 1) {
      if (p >= fromEnd) return false;
      count = ((tag >> 2) & 7) + 4;
      distance = ((tag >> 5) << 8) | load<u8>(p);
      p += 1;
    } else {
      const width: usize = (tag & 3) == 2 ? 2 : 4;
      if (fromEnd - p < width) return false;
      distance = width == 2 ? <usize>load<u16>(p) : load<usize>(p);
      p += width;
    }
    if (distance == 0 || distance > o - to || toEnd - o < count) return false;
    const end = o + count;
    let source = o - distance;
    if (distance >= 16) {
      for (; o < end; o += 16, source += 16) v128.store(o, v128.load(source));
    } else {
      for (; o < end; o++, source++) store<u8>(o, load<u8>(source));
    }
    o = end;
  }
  return o == toEnd;
}
