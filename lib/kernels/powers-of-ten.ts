import type { KernelMemory } from './instantiate.ts';

const [least, greatest] = [-342, 308];

const addresses = new WeakMap<KernelMemory, number>();

/**
 * The table that lib/kernels/assembly/shared/decimal.ts takes powers of ten from, in this memory: for each exponent from
 * -342 to 308 the 128 leading bits of 10^q, or of 5^q, which are the same. Positive powers are cut off, negative ones
 * rounded up.
 *
 * @returns its address
 * @see Lemire 2021, Number parsing at a gigabyte per second, section 5
 */
export function powersOfTen(home: KernelMemory): number {
  let address = addresses.get(home);
  if (address === undefined) {
    address = home.allocate((greatest - least + 1) * 16);
    const table = new BigUint64Array(home.memory.buffer, address, (greatest - least + 1) * 2);
    const put = (q: number, bits: bigint) => {
      table[2 * (q - least)] = bits >> 64n;
      table[2 * (q - least) + 1] = bits & 0xffff_ffff_ffff_ffffn;
    };
    for (let q = 0, power = 1n; q <= -least; q++, power *= 5n) {
      if (q <= greatest) put(q, leadingBits(power));
      if (q > 0) put(-q, leadingBitsOfInverse(power));
    }
    addresses.set(home, address);
  }
  return address;
}

/** 128 bits, the highest of them set. */
function leadingBits(power: bigint): bigint {
  const length = bitLength(power);
  return length <= 128 ? power << BigInt(128 - length) : power >> BigInt(length - 128);
}

function leadingBitsOfInverse(power: bigint): bigint {
  // 2^(length + 127) / power has 128 bits, as power is no power of two.
  return (1n << BigInt(bitLength(power) + 127)) / power + 1n;
}

function bitLength(value: bigint): number {
  const digits = value.toString(16);
  return 4 * digits.length - (Math.clz32(Number.parseInt(digits[0], 16)) - 28);
}
