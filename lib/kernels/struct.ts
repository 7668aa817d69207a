import type { KernelMemory } from './instantiate.ts';

/** Writes a struct that a kernel reads: numbers at byte offsets, u32 unless they are named as float64. Answers its address. */
export function writeStruct(
  home: KernelMemory,
  words: Readonly<Record<number, number>>,
  floats: Readonly<Record<number, number>> = {},
): number {
  const ends = [...Object.keys(words).map((at) => Number(at) + 4), ...Object.keys(floats).map((at) => Number(at) + 8)];
  const bytes = Math.max(...ends);
  const address = home.allocate(bytes);
  const view = new DataView(home.memory.buffer, address, bytes);
  for (const [at, value] of Object.entries(words)) view.setUint32(Number(at), value, true);
  for (const [at, value] of Object.entries(floats)) view.setFloat64(Number(at), value, true);
  return address;
}

/** Copies an array into the memory; answers its address. */
export function placeArray(home: KernelMemory, values: Float32Array | Float64Array | Int32Array | Uint32Array): number {
  const address = home.allocate(values.byteLength);
  const View = values.constructor as new (buffer: ArrayBufferLike, address: number, length: number) => typeof values;
  new View(home.memory.buffer, address, values.length).set(values as never);
  return address;
}
