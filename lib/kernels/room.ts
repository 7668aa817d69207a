import { homeOf, type KernelMemory, kernelMemory } from './instantiate.ts';

/** A vector where kernels can see it. */
export interface Placed<View> {
  address: number;
  view: View;
}

type Vector = Float32Array | Float64Array | Int32Array;

/**
 * Where one user of kernels has its arrays.
 *
 * Arrays that lie in a kernel memory stay where they are, and all else is put beside them. Those that lie elsewhere are
 * copied: many bytes to a memory of their own, and few to a room that all small users share, in which whoever enters
 * finds its arrays as they were when it made them. A memory takes 4 GiB of addresses: there can't be one for each.
 */
export interface Room {
  readonly memory: KernelMemory;
  /** Address of so many bytes. */
  allocate(bytes: number): number;
  /** A copy of the vector; the vector itself where it lies in this memory already. */
  place<View extends Vector>(vector: View): Placed<View>;
  /** Likewise for a vector that nobody writes to in the memory: all users of the memory share one copy. */
  share<View extends Vector>(vector: View): Placed<View>;
  /** Does what fills allocated bytes: now, and whenever another user was there since. */
  fill(action: () => void): void;
  /** To be called before each use. */
  enter(): void;
}

/** Bytes below which a user shares a room. */
const smallBytes = 1024 * 1024;

/**
 * @param main the largest of the arrays, beside which the others go
 * @param otherBytes room for all the others, rather too much than too little
 */
export function roomFor(main: Vector, otherBytes: number): Room {
  const home = homeOf(main);
  if (home) return roomIn(home);
  if (main.byteLength + otherBytes > smallBytes) return roomIn(kernelMemory());
  return sharedRoom();
}

/** For each memory, the shared copies in it, by the vector that each is a copy of. */
const copiesIn = new WeakMap<KernelMemory, WeakMap<Vector, Placed<Vector>>>();

function roomIn(memory: KernelMemory): Room {
  const place = <View extends Vector>(vector: View): Placed<View> => {
    if (homeOf(vector) === memory) return { address: vector.byteOffset, view: vector };
    const placed = viewAt(memory, memory.allocate(vector.byteLength), vector);
    placed.view.set(vector as never);
    return placed;
  };
  const copies = copiesIn.get(memory) ?? new WeakMap<Vector, Placed<Vector>>();
  copiesIn.set(memory, copies);
  return {
    memory,
    allocate: memory.allocate,
    place,
    share(vector) {
      const known = copies.get(vector) as Placed<typeof vector> | undefined;
      // A vector that was changed since then needs a new copy.
      if (known && isSame(known.view, vector)) return known;
      const placed = place(vector);
      copies.set(vector, placed);
      return placed;
    },
    fill: (action) => action(),
    enter() {},
  };
}

/** Whether all numbers are equal; a vector with a NaN equals none. */
function isSame(a: Vector, b: Vector): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

let small: { memory: KernelMemory; start: number; user: object | undefined } | undefined;

function sharedRoom(): Room {
  if (!small) {
    const memory = kernelMemory();
    // Twice, as each array begins at a multiple of 64.
    small = { memory, start: memory.allocate(2 * smallBytes), user: undefined };
  }
  const shared = small;
  const { memory } = shared;
  const fillings: (() => void)[] = [];
  const fill = (action: () => void) => {
    fillings.push(action);
    if (shared.user === room) action();
  };
  let next = shared.start;
  const allocate = (bytes: number) => {
    const address = next;
    next += Math.ceil(bytes / 64) * 64;
    if (next > shared.start + 2 * smallBytes)
      throw new RangeError(`kernels: ${next - shared.start} bytes in a small room`);
    return address;
  };
  const place: Room['place'] = (vector) => {
    const placed = viewAt(memory, allocate(vector.byteLength), vector);
    fill(() => placed.view.set(vector as never));
    return placed;
  };
  const room: Room = {
    memory,
    allocate,
    place,
    share: place,
    fill,
    enter() {
      if (shared.user === room) return;
      shared.user = room;
      for (const fill of fillings) fill();
    },
  };
  return room;
}

function viewAt<View extends Vector>({ memory }: KernelMemory, address: number, like: View): Placed<View> {
  const View = like.constructor as new (buffer: ArrayBufferLike, address: number, length: number) => View;
  return { address, view: new View(memory.buffer, address, like.length) };
}
