// Parquet's hybrid of run-length encoding and bit packing, for small numbers of `width` bits.
//
// A varint begins each run. If it is even, half of it says how often the number that follows is repeated. If it is odd, half
// of it counts groups of eight numbers, bit-packed, least significant bit first. See parquet-format 2.11, Encodings.md.

/** Decodes `count` numbers into `out`, u32 each; answers the largest, or -1 when the runs are broken or too short. */
export function readRuns(from: usize, end: usize, width: u32, count: i32, out: usize): i64 {
  const mask: u32 = width == 0 ? 0 : <u32>0xffffffff >> (32 - width);
  let p = from;
  let left = <u32>count;
  let most: u32 = 0;
  while (left > 0) {
    let head: u32 = 0;
    for (let shift: u32 = 0; ; shift += 7) {
      if (p >= end || shift > 28) return -1;
      const part = <u32>load<u8>(p++);
      head |= (part & 127) << shift;
      if (part < 128) break;
    }
    const times = head >> 1;
    if (head & 1) {
      // Readers disagree on how many bytes an empty run takes.
      if (width == 0 || times == 0 || <u64>times * width > <u64>(end - p)) return -1;
      const here = <u32>min(<u64>times << 3, <u64>left);
      let bit: usize = 0;
      for (let i: u32 = 0; i < here; i++, bit += width, out += 4) {
        const value = <u32>(load<u64>(p + (bit >> 3)) >> (bit & 7)) & mask;
        most = max(most, value);
        store<u32>(out, value);
      }
      p += times * width;
      left -= here;
    } else {
      const bytes = (width + 7) >> 3;
      if (times > left || <usize>bytes > end - p) return -1;
      const value: u32 = bytes == 0 ? <u32>0 : load<u32>(p) & (<u32>0xffffffff >> ((4 - bytes) << 3));
      if (value > mask) return -1;
      most = max(most, value);
      for (let i: u32 = 0; i < times; i++, out += 4) store<u32>(out, value);
      p += bytes;
      left -= times;
    }
  }
  return most;
}

/** Whether levels are one run of `count` ones, as they are most often. */
export function isOneRun(p: usize, end: usize, count: i32): bool {
  let head: u64 = 0;
  for (let shift: u64 = 0; shift < 35 && p < end; shift += 7) {
    const part = <u64>load<u8>(p++);
    head |= (part & 127) << shift;
    if (part < 128) return head == <u64>count << 1 && count > 0 && p < end && load<u8>(p) == 1;
  }
  return false;
}
