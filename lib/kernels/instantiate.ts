import { brotliDecompressSync } from 'node:zlib';
import { isStreamed } from '../core/streamed-matrix.ts';

/**
 * One memory that kernels and threads share: the constants of the kernels below `dataStart`, data above.
 *
 * It never shrinks, and is freed as a whole, when nobody holds it any more; what was released is allocated again.
 */
export interface KernelMemory {
  memory: WebAssembly.Memory;
  /** Address of so many bytes that nobody else has, zero at first, at a multiple of 64. */
  allocate(bytes: number): number;
  /** Gives back what `allocate` gave. No view of it may be read or written afterwards. */
  release(address: number, bytes: number): void;
}

/** Gives back the bytes of an array that lies in a kernel memory; any other array is left to the garbage collector. */
export function releaseArray(view: ArrayBufferView): void {
  homeOf(view)?.release(view.byteOffset, view.byteLength);
}

/**
 * Likewise for all arrays of a matrix, dense or sparse, in the order in which the next such matrix allocates them. Those of
 * a streamed matrix stay, as it shares them with others.
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

/** Room for so many numbers in the kernel memory that an array lies in; undefined for one that lies elsewhere. */
export function numbersBeside(view: ArrayBufferView, length: number): Float64Array<ArrayBufferLike> | undefined {
  const home = homeOf(view);
  if (!home) return undefined;
  const address = home.allocate(length * 8);
  return new Float64Array(home.memory.buffer, address, length);
}

/** Below lie the constants of the kernels: see scripts/build/kernels.ts. */
const dataStart = 4 * 1024 * 1024;
const pageBytes = 65_536;
const mostPages = 65_536;

/** Smaller pieces are not kept for reuse: finding them again costs more than they are worth. */
const leastReleased = 65_536;

const wholeLines = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** A WebAssembly memory for kernels. */
export const sharedMemory = (): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: dataStart / pageBytes, maximum: mostPages, shared: true });

/**
 * An empty kernel memory.
 *
 * @param memory a shared memory that nothing has used yet
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
