import type { SparseMatrix } from '../core/sparse-matrix.ts';
import type { AddRows } from './add-rows.ts';
import * as kernel from './linear-pass.generated.ts';
import { type LinearPass, type LossFormula, lossNumbers } from './linear-pass.ts';
import { poolOf } from './pool.ts';
import { type Placed, roomFor } from './room.ts';

/** Examples with sparse features, for a linear model with one score. */
export interface SparseRows {
  features: SparseMatrix & { data: Float32Array };
  targets: Float64Array;
  weights?: Float64Array;
  /** First row of each canonical block, then the row count. */
  blockOffsets: Int32Array;
}

/** Sums are a gradient, in the layout of the parameters, and a loss. */
export interface SparseLinearPass extends Pick<LinearPass, 'sums' | 'sumBlocks'> {
  /** With an order, `end - from` is at most `batch`. */
  addRows: AddRows;
}

const descriptionBytes = 64;
/** The kernel's five vectors of 64 float64, and one of 64 int32. */
const scratchBytes = 5 * 64 * 8 + 64 * 4;

/** The pass over these rows, in the kernel memory in which their values lie; others are copied, as `linearPass` does. */
export function sparseLinearPass(rows: SparseRows, formula: LossFormula, { batch = 0 } = {}): SparseLinearPass {
  const { features, targets, weights, blockOffsets } = rows;
  const { rowStarts, columns, data, columnCount } = features;
  const blockCount = blockOffsets.length - 1;
  const width = columnCount + 2;
  const bytes =
    4 * columns.length + 8 * rowStarts.length + 16 * targets.length + 12 * (blockCount + 3) * width + 4 * batch + 4096;
  const room = roomFor(data, bytes);
  const { memory } = room.memory;
  const given = {
    values: room.share(data).address,
    targets: room.share(targets).address,
    weights: weights ? room.share(weights).address : 0,
    offsets: room.share(blockOffsets).address,
    rowStarts: room.share(rowStarts).address,
    columns: room.share(columns).address,
  };
  const at = room.place(new Float64Array(columnCount + 1));
  const stretch = { ends: room.place(new Int32Array(2)), sums: room.place(new Float64Array(width)) };
  const visited = room.place(new Int32Array(batch));

  const describe = (ends: number, sums: number, order = 0): number => {
    const description = room.allocate(descriptionBytes);
    room.fill(() => {
      const { values, targets, weights, rowStarts, columns } = given;
      const numbers = [values, targets, weights, ends, at.address, sums, columnCount, lossNumbers[formula.name]];
      new Uint32Array(memory.buffer, description, 8).set(numbers);
      new Float64Array(memory.buffer, description + 32, 2).set([formula.shape ?? 0, formula.smoothing ?? 0]);
      new Uint32Array(memory.buffer, description + 48, 3).set([rowStarts, columns, order]);
    });
    return description;
  };
  const byRows = describe(stretch.ends.address, stretch.sums.address);
  const byOrder = describe(stretch.ends.address, stretch.sums.address, visited.address);
  // Allocated at the first full pass: mini-batches need no sums for each block.
  let blocks: { sums: Placed<Float64Array>; description: number } | undefined;

  return {
    sums: stretch.sums.view,
    sumBlocks(parameters, sums) {
      if (!blocks) {
        const placed = room.place(new Float64Array(blockCount * width));
        blocks = { sums: placed, description: describe(given.offsets, placed.address) };
      }
      room.enter();
      at.view.set(parameters);
      blocks.sums.view.fill(0);
      poolOf(room.memory).run(kernel, 'passSparseBlock', blocks.description, blockCount, scratchBytes);
      sums.set(blocks.sums.view);
    },
    addRows(parameters, order, from, end, sums, offset) {
      room.enter();
      at.view.set(parameters);
      const isThere = sums === stretch.sums.view;
      if (!isThere) for (let i = 0; i < width; i++) stretch.sums.view[i] = sums[offset + i];
      if (order) for (let i = from; i < end; i++) visited.view[i - from] = order[i];
      stretch.ends.view[0] = order ? 0 : from;
      stretch.ends.view[1] = order ? end - from : end;
      poolOf(room.memory).run(kernel, 'passSparseBlock', order ? byOrder : byRows, 1, scratchBytes);
      if (!isThere) for (let i = 0; i < width; i++) sums[offset + i] = stretch.sums.view[i];
    },
  };
}
