import { seededRandom } from '../core/random.ts';

/** The order in which an epoch of mini-batches visits the rows. */
export interface BatchOrder {
  /** All rows, in the order of this epoch, shape [rowCount]; the array is used again for the next epoch asked for. */
  order(epoch: number): Int32Array;
}

/**
 * Visits canonical blocks in seeded order, and the rows of each in a seeded order of their own.
 *
 * The order is a function of the seed and the epoch alone, and that of a block's rows does not depend on how many rows
 * other blocks have: whoever holds a block can tell its order, with or without the rest in memory. Blocks are not mixed
 * with one another, except that a batch may end in the next one; a file of one block is shuffled as a whole.
 *
 * @param blockOffsets first row of each block, then the row count
 */
export function batchOrder(blockOffsets: Int32Array, seed: number): BatchOrder {
  const blockCount = blockOffsets.length - 1;
  const rows = new Int32Array(blockOffsets[blockCount]);
  const blocks = new Int32Array(blockCount);
  const blockSeeds = new Uint32Array(blockCount);
  let arranged = -1;

  function arrange(epoch: number): void {
    const random = seededRandom(seed, epoch);
    for (let block = 0; block < blockCount; block++) {
      blocks[block] = block;
      blockSeeds[block] = random.nextUint32();
    }
    random.shuffle(blocks);

    let next = 0;
    for (const block of blocks) {
      const first = next;
      for (let row = blockOffsets[block]; row < blockOffsets[block + 1]; row++) rows[next++] = row;
      seededRandom(blockSeeds[block]).shuffle(rows.subarray(first, next));
    }
  }

  return {
    order(epoch) {
      if (epoch !== arranged) arrange(epoch);
      arranged = epoch;
      return rows;
    },
  };
}
