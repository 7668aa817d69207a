import { brotliDecompressSync } from 'node:zlib';
import { isStreamed } from '../core/streamed-matrix.ts';

/**
 * One memory that kernels and threads share: the constants of the kernels below `dataStart`, data above.
 *
 * It only grows, and is let go of as a whole, when nobody holds it any more; what was given back of it is used again.
 */
export interface KernelMemory {
  memory: WebAssembly.Memory;
  /** Address of so many bytes that nobody else has, zero at first, at a multiple of 64. */
  allocate(bytes: number): number;
  /** Gives back what `allocate` gave, of which nobody holds a view that is looked at again. */
  release(address: number, bytes: number): void;
}

/** Gives back the memory of an array that lies in a kernel memory; one that lies elsewhere is left to the collector. */
export function releaseArray(view: ArrayBufferView): void {
  homeOf(view)?.release(view.byteOffset, view.byteLength);
}

/**
 * Likewise of all the arrays of a matrix, sparse or not: in the order in which a like one asks for them. The room of a
 * streamed matrix is that of others, too, and stays.
 */
export function releaseMatrix(matrix: {
  data: ArrayBufferView;
  columns?: ArrayBufferView;
  rowStarts?: ArrayBufferView;
}): void {
  if (isStreamed(matrix)) return;
  for (const view of [matrix.rowStarts, matrix.columns, matrix.data]) if (view) releaseArray(view);
}

/** The memories by their buffers: growing one makes a new buffer of it, and what lies in the old one lies in both. */
const homes = new WeakMap<ArrayBufferLike, KernelMemory>();

/** The kernel memory that an array lies in, where its `byteOffset` is its address; undefined for one that lies elsewhere. */
export const homeOf = ({ buffer }: ArrayBufferView): KernelMemory | undefined => homes.get(buffer);

/** Below lie the constants of the kernels: see scripts/build/kernels.ts. */
const dataStart = 4 * 1024 * 1024;
const pageBytes = 65_536;
const mostPages = 65_536;

/** Less than this is not worth to be looked for again. */
const leastReleased = 65_536;

const wholeLines = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** A memory as kernels take it. */
export const sharedMemory = (): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: dataStart / pageBytes, maximum: mostPages, shared: true });

/**
 * A memory with nothing in it yet, that grows as it is asked for room.
 *
 * @param memory what it is made of: as `sharedMemory` makes one, and nobody has used it
 */
export function kernelMemory(memory = sharedMemory()): KernelMemory {
  let end = dataStart;
  const released: { start: number; bytes: number }[] = [];
  const home: KernelMemory = {
    memory,
    release(start, bytes) {
      if (bytes >= leastReleased) released.push({ start, bytes: wholeLines(bytes) });
    },
    allocate(bytes) {
      const size = wholeLines(bytes);
      const room = released.find((place) => place.bytes >= size);
      if (room && size > 0) {
        const { start } = room;
        room.start += size;
        room.bytes -= size;
        new Uint8Array(memory.buffer, start, size).fill(0);
        return start;
      }
      const start = end;
      const wanted = start + size;
      const missing = Math.ceil((wanted - memory.buffer.byteLength) / pageBytes);
      // Throws RangeError where the machine has no more.
      if (missing > 0) memory.grow(missing);
      homes.set(memory.buffer, home);
      end = wanted;
      return start;
    },
  };
  return home;
}

/** A module, compressed by Brotli and in base64, as the build leaves it. */
export interface KernelSource {
  wasm: string;
}

const compiled = new Map<string, WebAssembly.Module>();

/** A kernel's module, compiled at its first use in this process. */
export function compile({ wasm }: KernelSource): WebAssembly.Module {
  let module = compiled.get(wasm);
  if (!module) {
    module = new WebAssembly.Module(new Uint8Array(brotliDecompressSync(Buffer.from(wasm, 'base64'))));
    compiled.set(wasm, module);
  }
  return module;
}

/**
 * A kernel on a memory.
 *
 * @param imports functions that the kernel declares, by the module that they belong to
 */
export function instantiate<Exports>(
  kernel: KernelSource,
  memory: WebAssembly.Memory,
  imports: WebAssembly.Imports = {},
): Exports {
  return new WebAssembly.Instance(compile(kernel), { ...imports, env: { memory } }).exports as Exports;
}
