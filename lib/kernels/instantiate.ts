import { inflateRawSync } from 'node:zlib';

/**
 * One memory that kernels and threads share: the constants of the kernels below `dataStart`, data above.
 *
 * It only grows. It is let go of as a whole, when nobody holds it any more.
 */
export interface KernelMemory {
  memory: WebAssembly.Memory;
  /** Address of so many bytes that nobody else has, zero at first, at a multiple of 64. */
  allocate(bytes: number): number;
}

/** The memories by their buffers: growing one makes a new buffer of it, and what lies in the old one lies in both. */
const homes = new WeakMap<ArrayBufferLike, KernelMemory>();

/** The kernel memory that an array lies in, where its `byteOffset` is its address; undefined for one that lies elsewhere. */
export const homeOf = ({ buffer }: ArrayBufferView): KernelMemory | undefined => homes.get(buffer);

/** Below lie the constants of the kernels: see scripts/build/kernels.ts. */
const dataStart = 4 * 1024 * 1024;
const pageBytes = 65_536;
const mostPages = 65_536;

export function kernelMemory(): KernelMemory {
  const memory = new WebAssembly.Memory({ initial: dataStart / pageBytes, maximum: mostPages, shared: true });
  let end = dataStart;
  const home: KernelMemory = {
    memory,
    allocate(bytes) {
      const start = end;
      const wanted = start + Math.ceil(bytes / 64) * 64;
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

/** A module, deflated and in base64, as the build leaves it. */
export interface KernelSource {
  wasm: string;
}

const compiled = new Map<string, WebAssembly.Module>();

/** A kernel's module, compiled at its first use in this process. */
export function compile({ wasm }: KernelSource): WebAssembly.Module {
  let module = compiled.get(wasm);
  if (!module) {
    module = new WebAssembly.Module(new Uint8Array(inflateRawSync(Buffer.from(wasm, 'base64'))));
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
