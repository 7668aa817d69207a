import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../lib/registry/safetensors.ts';

/** A file put together by hand: header text, padded with spaces, then the buffer. */
function file(header: string, buffer: number[] = [], { length }: { length?: number | bigint } = {}): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + buffer.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  bytes.set(text, 8);
  bytes.set(buffer, 8 + text.length);
  return bytes;
}

describe('the written file', () => {
  test('is, byte for byte, the one assembled by hand from the published format', () => {
    const written = encodeSafetensors(
      {
        b: { dtype: 'I32', shape: [2], data: Int32Array.of(1, -2) },
        weights: { dtype: 'F64', shape: [1, 2], data: Float64Array.of(1, -0.5) },
        a: { dtype: 'F64', shape: [], data: Float64Array.of(2) },
      },
      { recipe: '10', format: 'hone' },
    );
    const header =
      '{"__metadata__":{"format":"hone","recipe":"10"},' +
      '"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]},' +
      '"weights":{"dtype":"F64","shape":[1,2],"data_offsets":[8,24]},' +
      '"b":{"dtype":"I32","shape":[2],"data_offsets":[24,32]}}';
    const padded = header.padEnd(224);
    expect(header.length).toBe(217);
    expect(Buffer.from(written).toString('hex')).toBe(
      `e000000000000000${Buffer.from(padded).toString('hex')}` +
        '0000000000000040' + // 2
        '000000000000f03f' + // 1
        '000000000000e0bf' + // -0.5
        '01000000feffffff', // 1, -2
    );
  });

  test('has no metadata where none were given, and can be empty', () => {
    expect(Buffer.from(encodeSafetensors({})).toString()).toBe('\x08\0\0\0\0\0\0\0{}      ');
    expect(decodeSafetensors(encodeSafetensors({}))).toEqual({ tensors: {}, metadata: {} });
  });

  test('does not depend on the order in which tensors and notes were given', () => {
    const [one, two]: Tensor[] = [
      { dtype: 'F32', shape: [1], data: Float32Array.of(1) },
      { dtype: 'F32', shape: [1], data: Float32Array.of(2) },
    ];
    expect(encodeSafetensors({ 10: one, 9: two, x: one }, { b: '', a: '' })).toEqual(
      encodeSafetensors({ x: one, 9: two, 10: one }, { a: '', b: '' }),
    );
  });

  test('orders names by their UTF-8 bytes', () => {
    // U+FF5E comes before U+1F600 in bytes, behind its surrogates in UTF-16.
    const scalar: Tensor = { dtype: 'U8', shape: [1], data: Uint8Array.of(1) };
    const text = Buffer.from(encodeSafetensors({ '\u{1F600}': scalar, '\uFF5E': scalar, z: scalar })).toString();
    expect(text.indexOf('\uFF5E')).toBeLessThan(text.indexOf('\u{1F600}'));
    expect(text.indexOf('"z"')).toBeLessThan(text.indexOf('\uFF5E'));
  });

  test('holds the canonical NaN, whichever NaN was given, and keeps the sign of zero', () => {
    const odd = new Float64Array(new BigUint64Array([0xfff0dead00000001n, 0x7ff8000000000000n]).buffer);
    const odd32 = new Float32Array(new Uint32Array([0xffc00123]).buffer);
    const written = encodeSafetensors({
      a: { dtype: 'F64', shape: [3], data: Float64Array.of(...odd, -0) },
      odd: { dtype: 'F64', shape: [2], data: odd },
      odd32: { dtype: 'F32', shape: [1], data: odd32 },
    });
    expect(Buffer.from(written).toString('hex')).toMatch(
      /000000000000f87f000000000000f87f0000000000000080000000000000f87f000000000000f87f0000c07f$/,
    );
  });

  test('is read from views into larger buffers as from whole ones', () => {
    const data = Float64Array.of(9, 1, 2, 9).subarray(1, 3);
    const written = encodeSafetensors({ x: { dtype: 'F64', shape: [2], data } });
    const shifted = new Uint8Array(written.length + 3);
    shifted.set(written, 3);
    expect(decodeSafetensors(shifted.subarray(3)).tensors.x.data).toEqual(Float64Array.of(1, 2));
  });
});

const arrays = {
  F64: (count: number) => fc.float64Array({ minLength: count, maxLength: count }),
  F32: (count: number) => fc.float32Array({ minLength: count, maxLength: count }),
  I64: (count: number) => fc.bigInt64Array({ minLength: count, maxLength: count }),
  U64: (count: number) => fc.bigUint64Array({ minLength: count, maxLength: count }),
  I32: (count: number) => fc.int32Array({ minLength: count, maxLength: count }),
  U32: (count: number) => fc.uint32Array({ minLength: count, maxLength: count }),
  I16: (count: number) => fc.int16Array({ minLength: count, maxLength: count }),
  U16: (count: number) => fc.uint16Array({ minLength: count, maxLength: count }),
  I8: (count: number) => fc.int8Array({ minLength: count, maxLength: count }),
  U8: (count: number) => fc.uint8Array({ minLength: count, maxLength: count }),
  BOOL: (count: number) => fc.uint8Array({ minLength: count, maxLength: count, max: 1 }),
};
const tensor = fc
  .tuple(fc.constantFrom(...(Object.keys(arrays) as (keyof typeof arrays)[])), fc.array(fc.nat(4), { maxLength: 3 }))
  .chain(([dtype, shape]) =>
    (arrays[dtype](shape.reduce((product, size) => product * size, 1)) as fc.Arbitrary<Tensor['data']>).map(
      (data) => ({ dtype, shape, data }) as Tensor,
    ),
  );
const name = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => text !== '__metadata__'),
  fc.constantFrom('__proto__', 'constructor', '7', '"', '\\', ''),
);
const named = <T>(value: fc.Arbitrary<T>, nullPrototype = true) =>
  fc.dictionary(name, value, { maxKeys: 6, noNullPrototype: !nullPrototype });

test('what was written is read again, whatever the names, types and shapes', () => {
  fc.assert(
    fc.property(named(tensor), named(fc.string({ unit: 'binary' })), (tensors, metadata) => {
      const bytes = encodeSafetensors(tensors, metadata);
      const read = decodeSafetensors(bytes);
      expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(tensors).sort());
      for (const key of Object.keys(tensors)) expect(read.tensors[key]).toEqual(tensors[key]);
      expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(metadata).sort());
      expect(encodeSafetensors(read.tensors, read.metadata)).toEqual(bytes);
    }),
  );
});

test('a file cut off anywhere, or with a byte more, is refused', () => {
  const bytes = encodeSafetensors({ x: { dtype: 'F64', shape: [2], data: Float64Array.of(1, 2) } }, { note: 'é' });
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeSafetensors(bytes.subarray(0, length))).toThrow(InputError);
  }
  expect(() => decodeSafetensors(Uint8Array.of(...bytes, 0))).toThrow('bytes that belong to no tensor');
});

test('no damage to a byte of the header does more than be refused or read', () => {
  const bytes = encodeSafetensors({ x: { dtype: 'F64', shape: [2], data: Float64Array.of(1, 2) } }, { note: 'é' });
  fc.assert(
    fc.property(fc.nat(bytes.length - 17), fc.nat(255), (at, byte) => {
      const damaged = bytes.with(at, byte);
      try {
        decodeSafetensors(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }),
    { numRuns: 2000 },
  );
});

describe('the reader refuses', () => {
  const f32 = (start: number, end: number, shape = `[${(end - start) / 4}]`) =>
    `{"dtype":"F32","shape":${shape},"data_offsets":[${start},${end}]}`;
  const eight = [0, 0, 0, 0, 0, 0, 0, 0];

  test.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(), 'at least 8 bytes'],
    ['a header length over the limit', file('{}', [], { length: 100_000_001 }), 'at most 100000000 bytes'],
    ['a header length of 64 bits', file('{}', [], { length: 2n ** 64n - 1n }), 'at most 100000000 bytes'],
    ['a header longer than the file', file('{}', [], { length: 3 }), 'truncated'],
    ['an empty header', file(''), '"{"'],
    ['a space before the header', file(' {}'), '"{"'],
    ['a list', file('[]'), '"{"'],
    ['text that is no JSON', file('{"a":'), 'character 5: expected a value, found the end'],
    ['a header with more behind it', file('{}{}'), 'character 2: expected nothing more'],
    [
      'a name that is not UTF-8',
      new Uint8Array([5, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x22, 0x7d]),
      'expected UTF-8',
    ],
    ['a name that stands twice', file(`{"a":${f32(0, 4)},"a":${f32(4, 8)}}`, eight), 'found "a" twice'],
    ['a name that stands twice, escaped', file(`{"a":${f32(0, 8)},"\\u0061" :${f32(0, 8)}}`, eight), 'found "a" twice'],
    ['a field that stands twice', file('{"a":{"dtype":"U8","dtype":"I8","shape":[0],"data_offsets":[0,0]}}'), 'twice'],
    ['a note that stands twice', file('{"__metadata__":{"k":"1","k":"2"}}'), 'found "k" twice'],
    ['half a surrogate pair as a name', file(`{"\\ud800":${f32(0, 8)}}`, eight), 'valid Unicode'],
    ['half a surrogate pair as a note', file('{"__metadata__":{"k":"\\udc00"}}'), 'valid Unicode'],
    ['metadata that is a list', file('{"__metadata__":["x"]}'), 'an object of texts'],
    ['metadata that is null', file('{"__metadata__":null}'), 'an object of texts'],
    ['a note that is a number', file('{"__metadata__":{"k":1}}'), 'expected a text, found 1'],
    ['a tensor that is null', file('{"a":null}'), 'found null'],
    ['a tensor without a type', file('{"a":{"shape":[0],"data_offsets":[0,0]}}'), 'dtype: expected one of'],
    ['an unknown type', file('{"a":{"dtype":"F8_E4M3","shape":[0],"data_offsets":[0,0]}}'), 'found "F8_E4M3"'],
    ['a type named as a method', file('{"a":{"dtype":"toString","shape":[0],"data_offsets":[0,0]}}'), 'dtype'],
    ['a tensor without a shape', file('{"a":{"dtype":"U8","data_offsets":[0,0]}}'), 'shape: expected'],
    ['a negative size', file('{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}}'), 'found [-1]'],
    ['a size that is no integer', file('{"a":{"dtype":"U8","shape":[0.5],"data_offsets":[0,0]}}'), 'found [0.5]'],
    ['a size as text', file('{"a":{"dtype":"U8","shape":["0"],"data_offsets":[0,0]}}'), 'shape'],
    [
      'a product of sizes beyond all files',
      file('{"a":{"dtype":"U8","shape":[9e15,9e15],"data_offsets":[0,0]}}'),
      'large',
    ],
    ['offsets of three', file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0,0]}}'), 'a begin and an end'],
    ['no offsets', file('{"a":{"dtype":"U8","shape":[0]}}'), 'found nothing'],
    ['an end before its begin', file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[4,0]}}', eight), 'found [4,0]'],
    [
      'a shape smaller than its bytes',
      file(`{"a":${f32(0, 8, '[1]')}}`, eight),
      'expected 4 bytes for F32 in shape [1], found 8',
    ],
    ['a shape larger than its bytes', file(`{"a":${f32(0, 8, '[3]')}}`, eight), 'expected 12 bytes'],
    ['tensors that overlap', file(`{"a":${f32(0, 8)},"b":${f32(4, 8)}}`, eight), 'overlaps'],
    ['two tensors in one place', file(`{"a":${f32(0, 8)},"b":${f32(0, 8)}}`, eight), 'overlaps'],
    ['a gap before the first tensor', file(`{"a":${f32(4, 8)}}`, eight), 'leaves a gap'],
    ['a gap between tensors', file(`{"a":${f32(0, 4)},"b":${f32(8, 12)}}`, [...eight, 0, 0, 0, 0]), 'leaves a gap'],
    ['bytes after the last tensor', file(`{"a":${f32(0, 4)}}`, eight), 'belong to no tensor'],
    ['an end beyond the file', file(`{"a":${f32(0, 16)}}`, eight), 'truncated'],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(InputError);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });

  test('nothing that the format allows: any order, padding, empty tensors, unknown fields, "__proto__"', () => {
    const header = `{"second":${f32(4, 8)},"empty":${f32(4, 4, '[3,0]')},"__proto__":{"x":{"y":1},${f32(0, 4).slice(1)}}  \n `;
    const { tensors, metadata } = decodeSafetensors(file(header, [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]));
    expect(tensors.second.data).toEqual(Float32Array.of(2));
    expect(tensors.empty).toEqual({ dtype: 'F32', shape: [3, 0], data: new Float32Array() });
    expect(Object.entries(tensors)).toContainEqual([
      '__proto__',
      { dtype: 'F32', shape: [1], data: Float32Array.of(1) },
    ]);
    expect(tensors.constructor).toBeUndefined();
    expect(metadata).toEqual({});
  });
});

describe('the writer refuses', () => {
  test.each<[string, Record<string, Tensor>, Record<string, string> | undefined, string]>([
    ['a reserved name', { __metadata__: { dtype: 'U8', shape: [0], data: new Uint8Array() } }, undefined, 'reserved'],
    ['a shape that does not fit', { a: { dtype: 'U8', shape: [2], data: new Uint8Array(3) } }, undefined, 'found 3'],
    ['a size below 0', { a: { dtype: 'U8', shape: [-1], data: new Uint8Array(1) } }, undefined, 'found [-1]'],
    [
      'an array of another type',
      { a: { dtype: 'F64', shape: [1], data: new Float32Array(1) } as unknown as Tensor },
      undefined,
      'its typed array',
    ],
    ['a truth value of 2', { a: { dtype: 'BOOL', shape: [1], data: Uint8Array.of(2) } }, undefined, '0 or 1'],
    ['half a surrogate pair', {}, { note: '\ud800' }, 'valid Unicode'],
  ])('%s', (_, tensors, metadata, message) => {
    expect(() => encodeSafetensors(tensors, metadata)).toThrow(InputError);
    expect(() => encodeSafetensors(tensors, metadata)).toThrow(message);
  });
});

const python = spawnSync('python3', ['-c', 'import numpy']).status === 0;
const skipped = python || process.env.CI === 'true' ? '' : ' (skipped: python3 with numpy is not on this machine)';

describe.skipIf(skipped)(`Python, by struct, json and numpy alone${skipped}`, () => {
  const types = "{'F64': '<f8', 'F32': '<f4', 'I64': '<i8', 'I32': '<i4', 'U8': 'u1', 'BOOL': '?'}";

  test('reads what is written', () => {
    const script = `
import json, struct, sys
import numpy
raw = sys.stdin.buffer.read()
size, = struct.unpack_from('<Q', raw)
assert size % 8 == 0
header = json.loads(raw[8:8 + size])
notes = header.pop('__metadata__')
found = {}
for name, info in header.items():
    begin, end = info['data_offsets']
    numbers = numpy.frombuffer(raw[8 + size + begin:8 + size + end], ${types}[info['dtype']])
    found[name] = [info['shape'], numbers.reshape(info['shape']).tolist()]
print(json.dumps([notes, found]))
`;
    const written = encodeSafetensors(
      {
        'layer/β': { dtype: 'F64', shape: [2, 2], data: Float64Array.of(0.1, -0, 1e-308, Number.MAX_VALUE) },
        bias: { dtype: 'F32', shape: [], data: Float32Array.of(0.1) },
        big: { dtype: 'I64', shape: [1], data: BigInt64Array.of(-(2n ** 53n)) },
        counts: { dtype: 'I32', shape: [3, 0], data: new Int32Array() },
        flags: { dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) },
      },
      { 'ключ"': 'line\nbreak' },
    );
    const { stdout, stderr } = spawnSync('python3', ['-c', script], { input: written });
    expect(stderr.toString()).toBe('');
    expect(JSON.parse(stdout.toString())).toEqual([
      { 'ключ"': 'line\nbreak' },
      {
        'layer/β': [
          [2, 2],
          [
            [0.1, -0],
            [1e-308, Number.MAX_VALUE],
          ],
        ],
        bias: [[], Math.fround(0.1)],
        big: [[1], [-(2 ** 53)]],
        counts: [
          [3, 0],
          [[], [], []],
        ],
        flags: [[2], [true, false]],
      },
    ]);
  });

  test('writes what is read', () => {
    const script = `
import json, struct, sys
import numpy
tensors = {'w': numpy.arange(6, dtype='<f8').reshape(2, 3) / 3, 'n': numpy.array(7, dtype='<i8')}
header, buffer = {'__metadata__': {'by': 'python'}}, b''
for name, array in tensors.items():
    begin, buffer = len(buffer), buffer + array.tobytes()
    dtype = {v: k for k, v in ${types}.items()}[array.dtype.str]
    header[name] = {'data_offsets': [begin, len(buffer)], 'dtype': dtype, 'shape': list(array.shape)}
text = json.dumps(header).encode()
sys.stdout.buffer.write(struct.pack('<Q', len(text)) + text + buffer)
`;
    const { stdout, stderr } = spawnSync('python3', ['-c', script]);
    expect(stderr.toString()).toBe('');
    expect(decodeSafetensors(stdout)).toEqual({
      tensors: {
        w: { dtype: 'F64', shape: [2, 3], data: Float64Array.from([0, 1, 2, 3, 4, 5], (i) => i / 3) },
        n: { dtype: 'I64', shape: [], data: BigInt64Array.of(7n) },
      },
      metadata: { by: 'python' },
    });
  });
});
