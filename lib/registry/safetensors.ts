import { InputError } from '../core/errors.ts';
import { type Json, type JsonObject, parseStrictJson } from './strict-json.ts';

/** The array that holds the elements of each type; U8 0 or 1 for BOOL. Sixteen- and eight-bit floats are not read. */
interface Arrays {
  BOOL: Uint8Array;
  U8: Uint8Array;
  I8: Int8Array;
  I16: Int16Array;
  U16: Uint16Array;
  I32: Int32Array;
  U32: Uint32Array;
  F32: Float32Array;
  F64: Float64Array;
  I64: BigInt64Array;
  U64: BigUint64Array;
}

export type Dtype = keyof Arrays;

/** A dense array of any rank, row-major: `data` holds the product of `shape` elements, one for the scalar shape []. */
export type Tensor = { [D in Dtype]: { dtype: D; shape: number[]; data: Arrays[D] } }[Dtype];

/**
 * Each type's array, in the order in which the format's enumeration of types names them: by rising size. A file holds
 * its tensors the other way round, so that each begins at a multiple of its element's size.
 */
const arrays = {
  BOOL: Uint8Array,
  U8: Uint8Array,
  I8: Int8Array,
  I16: Int16Array,
  U16: Uint16Array,
  I32: Int32Array,
  U32: Uint32Array,
  F32: Float32Array,
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
};
const dtypes = Object.keys(arrays) as Dtype[];

/** Bytes; what the reference implementation accepts. */
const headerLimit = 100_000_000;

/**
 * Tensors and notes as a safetensors file.
 *
 * The bytes depend on the content alone: tensors stand by falling element type, then by name (as the reference
 * implementation writes them), notes by name, both in order of their UTF-8 bytes; each NaN is the canonical one.
 *
 * @param tensors by name; `__metadata__` is no name for one
 * @param metadata free texts by name, left out when not given
 * @throws InputError when a shape does not fit its data or its type, or a name is not valid Unicode
 * @see https://github.com/huggingface/safetensors, README "Format"; order: `prepare` in safetensors/src/tensor.rs
 */
export function encodeSafetensors(tensors: Record<string, Tensor>, metadata?: Record<string, string>): Uint8Array {
  const ordered = Object.entries(tensors).sort(
    ([leftName, left], [rightName, right]) =>
      dtypes.indexOf(right.dtype) - dtypes.indexOf(left.dtype) || compareBytes(leftName, rightName),
  );
  const fields = metadata === undefined ? [] : [`"__metadata__":${metadataJson(metadata)}`];
  let end = 0;
  for (const [name, tensor] of ordered) {
    checkTensor(name, tensor);
    const start = end;
    end += tensor.data.byteLength;
    const { dtype, shape } = tensor;
    fields.push(`${text(name)}:${JSON.stringify({ dtype, shape, data_offsets: [start, end] })}`);
  }

  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const headerLength = Math.ceil(json.length / 8) * 8;
  if (headerLength > headerLimit) {
    throw new InputError(`safetensors: expected a header of at most ${headerLimit} bytes, found ${headerLength}`);
  }
  const bytes = new Uint8Array(8 + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength).set(json, 8);
  let offset = 8 + headerLength;
  for (const [, { data }] of ordered) {
    // Typed arrays are little-endian, as the format is, on every machine that JavaScript engines still run on.
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    canonicaliseNaN(data, bytes.subarray(offset, offset + data.byteLength));
    offset += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file, and trusts nothing in it.
 *
 * The tensors' arrays are copies. The records have no prototype: whatever a file calls its tensors, nothing else is
 * found in them.
 *
 * @param bytes the whole file
 * @throws InputError when the file is truncated or too long; when its header is over 100 MB, is not a JSON object in
 *   UTF-8 or names something twice; when a tensor is of an unknown type, its shape does not fit its bytes, or tensors
 *   overlap or leave gaps
 */
export function decodeSafetensors(bytes: Uint8Array): {
  tensors: Record<string, Tensor>;
  metadata: Record<string, string>;
} {
  const { header, buffer } = splitFile(bytes);
  const entries = parseHeader(header);
  const metadata = readMetadata(entries.get('__metadata__'));
  entries.delete('__metadata__');
  const infos = Array.from(entries, ([name, value]) => readInfo(name, value));
  checkOffsets(infos, buffer.length);

  const tensors: Record<string, Tensor> = Object.create(null);
  for (const { name, dtype, shape, start, end } of infos) {
    // Aligned in memory of its own, wherever the file put it. (The slice of a Node Buffer would be no copy.)
    const data = new arrays[dtype](new Uint8Array(buffer.subarray(start, end)).buffer);
    tensors[name] = { dtype, shape, data } as Tensor;
  }
  return { tensors, metadata };
}

interface TensorInfo {
  name: string;
  dtype: Dtype;
  shape: number[];
  /** Where the tensor's bytes begin and end, counted from the end of the header. */
  start: number;
  end: number;
}

function splitFile(bytes: Uint8Array): { header: Uint8Array; buffer: Uint8Array } {
  if (bytes.length < 8) throw new InputError(`safetensors: expected a file of at least 8 bytes, found ${bytes.length}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > headerLimit) {
    throw new InputError(`safetensors: expected a header of at most ${headerLimit} bytes, found ${length}`);
  }
  const end = 8 + Number(length);
  if (end > bytes.length) {
    throw new InputError(`safetensors: expected ${length} bytes of header, found ${bytes.length - 8}: truncated?`);
  }
  return { header: bytes.subarray(8, end), buffer: bytes.subarray(end) };
}

function parseHeader(header: Uint8Array): JsonObject {
  if (header[0] !== 0x7b) throw new InputError('safetensors, header: expected "{" as the first byte');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(header);
  } catch (cause) {
    throw new InputError('safetensors, header: expected UTF-8', { cause });
  }
  try {
    return parseStrictJson(text) as JsonObject;
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(`safetensors, header: ${cause.message}`, { cause });
  }
}

function readMetadata(value: Json | undefined): Record<string, string> {
  const metadata: Record<string, string> = Object.create(null);
  if (value === undefined) return metadata;
  if (!(value instanceof Map)) throw new InputError('safetensors, "__metadata__": expected an object of texts');
  for (const [key, entry] of value) {
    if (typeof entry !== 'string') {
      throw new InputError(`safetensors, "__metadata__", ${text(key)}: expected a text, found ${describe(entry)}`);
    }
    metadata[key] = entry;
  }
  return metadata;
}

function readInfo(name: string, value: Json): TensorInfo {
  const where = `safetensors, tensor ${text(name)}`;
  if (!(value instanceof Map)) {
    throw new InputError(`${where}: expected dtype, shape and data_offsets, found ${describe(value)}`);
  }
  const [dtype, shape, offsets] = ['dtype', 'shape', 'data_offsets'].map((field) => value.get(field));
  if (!isDtype(dtype)) {
    throw new InputError(`${where}, dtype: expected one of ${dtypes.join(', ')}, found ${describe(dtype)}`);
  }
  if (!isSizes(shape)) {
    throw new InputError(`${where}, shape: expected integers from 0, found ${describe(shape)}`);
  }
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[1] < offsets[0]) {
    throw new InputError(`${where}, data_offsets: expected a begin and an end, found ${describe(offsets)}`);
  }
  const [start, end] = offsets;
  const size = elementCount(where, shape) * arrays[dtype].BYTES_PER_ELEMENT;
  if (size !== end - start) {
    throw new InputError(
      `${where}: expected ${size} bytes for ${dtype} in shape [${shape.join(', ')}], found ${end - start}`,
    );
  }
  return { name, dtype, shape, start, end };
}

/** Holds the tensors to the buffer: each begins where another ends, from its first byte to its last. */
function checkOffsets(infos: TensorInfo[], bufferLength: number): void {
  let end = 0;
  for (const info of infos.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (info.start !== end) {
      const fault = info.start < end ? 'overlaps the one before' : 'leaves a gap';
      throw new InputError(
        `safetensors, tensor ${text(info.name)}: expected to begin at byte ${end} of the buffer, found ` +
          `${info.start}: it ${fault}`,
      );
    }
    end = info.end;
  }
  if (end !== bufferLength) {
    const fault = bufferLength < end ? 'truncated?' : 'bytes that belong to no tensor';
    throw new InputError(`safetensors: expected ${end} bytes after the header, found ${bufferLength}: ${fault}`);
  }
}

function checkTensor(name: string, { dtype, shape, data }: Tensor): void {
  const where = `safetensors, tensor ${text(name)}`;
  if (name === '__metadata__') throw new InputError(`${where}: expected another name, this one is reserved`);
  if (!isDtype(dtype) || !(data instanceof arrays[dtype])) {
    throw new InputError(`${where}: expected a dtype (${dtypes.join(', ')}) and its typed array, found ${dtype}`);
  }
  if (!isSizes(shape)) throw new InputError(`${where}, shape: expected integers from 0, found ${describe(shape)}`);
  const count = elementCount(where, shape);
  if (count !== data.length) {
    throw new InputError(`${where}: expected ${count} elements for shape [${shape.join(', ')}], found ${data.length}`);
  }
  if (dtype === 'BOOL' && data.some((element) => element > 1)) {
    throw new InputError(`${where}: expected 0 or 1 in each element of a BOOL tensor`);
  }
}

function elementCount(where: string, shape: number[]): number {
  if (shape.includes(0)) return 0;
  const count = shape.reduce((product, size) => product * size, 1);
  // Eight bytes to an element at most: the bytes are then counted exactly, too.
  if (count > Number.MAX_SAFE_INTEGER / 8) throw new InputError(`${where}, shape: ${describe(shape)} is too large`);
  return count;
}

/** Rewrites each NaN of `data` in its encoded bytes: the sign and the payload depend on the machine that made it. */
function canonicaliseNaN(data: Tensor['data'], bytes: Uint8Array): void {
  if (!(data instanceof Float64Array || data instanceof Float32Array)) return;
  const size = data.BYTES_PER_ELEMENT;
  const quiet = size === 8 ? [0, 0, 0, 0, 0, 0, 0xf8, 0x7f] : [0, 0, 0xc0, 0x7f];
  for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i])) bytes.set(quiet, i * size);
}

function metadataJson(metadata: Record<string, string>): string {
  const entries = Object.entries(metadata).sort(([left], [right]) => compareBytes(left, right));
  return `{${entries.map(([key, value]) => `${text(key)}:${text(value)}`).join(',')}}`;
}

/** JSON of a text; half of a surrogate pair has no UTF-8, so no file can hold it. */
function text(value: string): string {
  if (!value.isWellFormed())
    throw new InputError(`safetensors: expected valid Unicode, found ${JSON.stringify(value)}`);
  return JSON.stringify(value);
}

/** Order of the UTF-8 bytes, which is that of the code points; `<` on strings would compare UTF-16 units. */
function compareBytes(left: string, right: string): number {
  const [a, b] = [Array.from(left), Array.from(right)];
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a[i] !== b[i]) return (a[i].codePointAt(0) ?? 0) - (b[i].codePointAt(0) ?? 0);
  }
  return a.length - b.length;
}

function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(arrays, value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value).slice(0, 100);
}
