// The header of a page of a Parquet file: a struct in Thrift's compact protocol, of which a few fields are read.
//
// Before each field stands a byte with its type and the distance of its number from the last one; integers are zigzag
// varints; unknown fields are skipped. See parquet-format 2.11, parquet.thrift, and Thrift's thrift-compact-protocol.md.

export const DATA_PAGE: i32 = 0;
export const DICTIONARY_PAGE: i32 = 2;
export const DATA_PAGE_V2: i32 = 3;

// Fields of the header that was read last; -1 when one was missing.
export let pageType: i32 = -1;
export let unpackedBytes: i32 = -1;
export let packedBytes: i32 = -1;
export let valueCount: i32 = -1;
export let encoding: i32 = -1;
export let levelEncoding: i32 = -1;
export let nullCount: i32 = -1;
export let rowCount: i32 = -1;
export let levelBytes: i32 = -1;
export let repetitionBytes: i32 = -1;
export let isPacked = true;

let at: usize = 0;
let limit: usize = 0;
let isBroken = false;

/** Reads the header at an address; answers the address of the page's bytes, or 0 when the header is broken. */
export function readPageHeader(from: usize, end: usize): usize {
  at = from;
  limit = end;
  isBroken = false;
  pageType = unpackedBytes = packedBytes = valueCount = encoding = levelEncoding = -1;
  nullCount = rowCount = levelBytes = repetitionBytes = -1;
  isPacked = true;
  readStruct(0, 0);
  return isBroken || unpackedBytes < 0 || packedBytes < 0 || <usize>packedBytes > limit - at ? 0 : at;
}

/** @param parent the field that holds the struct; 0 for the header itself, -1 for a struct that is skipped */
function readStruct(parent: i32, depth: i32): void {
  if (depth > 8) isBroken = true;
  let id = 0;
  while (!isBroken) {
    const head = nextByte();
    if (head == 0) return;
    id = head >> 4 ? id + (head >> 4) : <i32>nextInteger();
    const type = head & 15;
    if (type == 1 || type == 2) note(parent, id, type == 1 ? 1 : 0);
    else if (type >= 4 && type <= 6) note(parent, id, nextInteger());
    else if (type == 12) readStruct(parent == 0 && (id == 5 || id == 7 || id == 8) ? id : -1, depth + 1);
    else skip(type, depth);
  }
}

function note(parent: i32, id: i32, value: i64): void {
  const small = value >= 0 && value <= i32.MAX_VALUE ? <i32>value : -1;
  if (parent == 0) {
    if (id == 1) pageType = small;
    else if (id == 2) unpackedBytes = small;
    else if (id == 3) packedBytes = small;
  } else if (parent == 5 || parent == 7) {
    if (id == 1) valueCount = small;
    else if (id == 2) encoding = small;
    else if (id == 3 && parent == 5) levelEncoding = small;
  } else if (parent == 8) {
    if (id == 1) valueCount = small;
    else if (id == 2) nullCount = small;
    else if (id == 3) rowCount = small;
    else if (id == 4) encoding = small;
    else if (id == 5) levelBytes = small;
    else if (id == 6) repetitionBytes = small;
    else if (id == 7) isPacked = small == 1;
  }
}

function skip(type: i32, depth: i32): void {
  if (type == 3) pass(1);
  else if (type == 7) pass(8);
  else if (type == 8) pass(nextVarint());
  else if (type == 9) {
    const head = nextByte();
    const count: u64 = head >> 4 == 15 ? nextVarint() : <u64>(head >> 4);
    for (let i: u64 = 0; i < count && !isBroken; i++) skipElement(head & 15, depth + 1);
  } else isBroken = true;
}

function skipElement(type: i32, depth: i32): void {
  if (type == 1 || type == 2) pass(1);
  else if (type >= 4 && type <= 6) nextVarint();
  else if (type == 12) readStruct(-1, depth);
  else if (depth > 8) isBroken = true;
  else skip(type, depth);
}

function pass(bytes: u64): void {
  if (bytes > <u64>(limit - at)) isBroken = true;
  else at += <usize>bytes;
}

function nextByte(): i32 {
  if (at >= limit) {
    isBroken = true;
    return 0;
  }
  return <i32>load<u8>(at++);
}

function nextVarint(): u64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 64; shift += 7) {
    const part = <u64>nextByte();
    value |= (part & 127) << shift;
    if (part < 128) return value;
  }
  isBroken = true;
  return 0;
}

function nextInteger(): i64 {
  const value = nextVarint();
  return <i64>(value >> 1) ^ -(<i64>(value & 1));
}
