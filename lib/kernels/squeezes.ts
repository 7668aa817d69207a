import type { KernelMemory } from './instantiate.ts';

const addresses = new WeakMap<KernelMemory, number>();

/** The longest cell in bytes, and the number of signs: with a minus or without. */
const [longest, signs] = [15, 2];
const shapes = signs * (longest + 1) * (longest + 1);

/**
 * The tables by which lib/kernels/assembly/shared/short-numbers.ts reads a cell, in this memory. For each sign (a minus or
 * none), each place of the point from 0 to 15 (the cell's length where there is none) and each length from 0 to 15, in this
 * order: 16 bytes that say which of the cell's bytes goes where, so that its digits stand at the right, 255 where none does;
 * and, behind all of those, what the number that the digits make is divided by, float64.
 *
 * A cell that has a minus alone, or a point at its end, keeps a byte that is no digit. An empty one is divided by NaN.
 *
 * @returns its address
 */
export function squeezeTable(home: KernelMemory): number {
  let address = addresses.get(home);
  if (address === undefined) {
    address = home.allocate(shapes * (16 + 8));
    const squeezes = new Uint8Array(home.memory.buffer, address, shapes * 16).fill(255);
    const divisors = new Float64Array(home.memory.buffer, address + shapes * 16, shapes);
    for (let shape = 0; shape < shapes; shape++) {
      const [sign, point, length] = [shape >> 8, (shape >> 4) & 15, shape & 15];
      const last = length - 1;
      let to = shape * 16 + 15;
      if (last >= 0 && (last === point || last < sign)) squeezes[to] = last;
      else for (let from = last; from >= sign; from--) if (from !== point) squeezes[to--] = from;
      const divisor = length === 0 ? Number.NaN : Number(`1e${Math.max(0, last - point)}`);
      divisors[shape] = sign === 1 ? -divisor : divisor;
    }
    addresses.set(home, address);
  }
  return address;
}
