import type { KernelMemory } from './instantiate.ts';

const addresses = new WeakMap<KernelMemory, number>();

/**
 * The table by which lib/kernels/assembly/csv.ts moves the digits of a number's text to the right and squeezes out its
 * point, in this memory: for a point at 0 to 15, or none (16), and a length of 0 to 15, which of 16 bytes goes where; 255
 * where none does.
 *
 * @returns its address
 */
export function squeezeTable(home: KernelMemory): number {
  let address = addresses.get(home);
  if (address === undefined) {
    address = home.allocate(17 * 16 * 16);
    const table = new Uint8Array(home.memory.buffer, address, 17 * 16 * 16).fill(255);
    for (let point = 0; point <= 16; point++) {
      for (let length = 0; length < 16; length++) {
        let to = (point * 16 + length) * 16 + 15;
        for (let from = length - 1; from >= 0; from--) if (from !== point) table[to--] = from;
      }
    }
    addresses.set(home, address);
  }
  return address;
}
