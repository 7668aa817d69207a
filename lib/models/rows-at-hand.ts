import type { AnyMatrix } from '../core/matrix.ts';
import type { SparseMatrix } from '../core/sparse-matrix.ts';
import { isStreamed, type StreamedMatrix } from '../core/streamed-matrix.ts';
import { homeOf, type KernelMemory } from '../kernels/instantiate.ts';
import { type BatchOrder, batchOrder } from './batch-order.ts';
import type { Examples, ObjectiveOptions } from './model.ts';

/** Examples that lie in memory. */
export interface ExamplesAtHand extends Omit<Examples, 'features'> {
  features: AnyMatrix | SparseMatrix;
  /** The number of each row among all rows; left out when these are all rows, in their order. */
  rowNumbers?: Int32Array;
}

/**
 * The rows that a pass looks at: all of them if they lie in memory, else those that were loaded last. Loading fills the
 * same arrays each time.
 */
export interface RowsAtHand {
  examples: ExamplesAtHand;
  /** The largest number of blocks in a stretch. */
  blockCount: number;
  /**
   * Loads one stretch after another, and calls `visit` with the number of its first block and its number of blocks: block
   * `i` in `examples` is then block `firstBlock + i` of all.
   */
  eachStretch(visit: (firstBlock: number, blockCount: number) => void): void;
  /**
   * Only for streamed rows in shuffled mini-batches: loads the rows of a window of the seeded order, in the order in which
   * they are visited.
   *
   * @returns the place of the first of them in `examples`
   */
  loadWindow?(epoch: number, index: number): number;
  /** Likewise for batches in the order of the rows: loads rows [from, end). */
  loadRows?(from: number, end: number): number;
}

/** The rows of examples, as an objective with these options visits them. */
export function rowsAtHand(examples: Examples, options: ObjectiveOptions = {}): RowsAtHand {
  const { features } = examples;
  if (!isStreamed(features)) {
    const blockCount = examples.blockOffsets.length - 1;
    return { examples: { ...examples, features }, blockCount, eachStretch: (visit) => visit(0, blockCount) };
  }
  const { batchSize } = options;
  if (batchSize === undefined || batchSize >= features.rowCount) return byStretches(examples, features);
  return byBatches(examples, features, { ...options, batchSize });
}

/** Loads each stretch of a streamed matrix that has rows, and calls `visit` with them, their first row and their number. */
export function eachLoaded(
  features: StreamedMatrix,
  visit: (rows: Float32Array, firstRow: number, rowCount: number) => void,
): void {
  const { firstRows, data, columnCount } = features;
  for (let stretch = 0; stretch + 1 < firstRows.length; stretch++) {
    const rowCount = firstRows[stretch + 1] - firstRows[stretch];
    if (rowCount === 0) continue;
    features.load(stretch);
    visit(data.subarray(0, rowCount * columnCount), firstRows[stretch], rowCount);
  }
}

function byStretches(examples: Examples, features: StreamedMatrix): RowsAtHand {
  const { stretches, firstRows, data } = features;
  const { blockOffsets } = examples;
  let [rowCount, blockCount] = [0, 0];
  for (let i = 0; i + 1 < stretches.length; i++) {
    rowCount = Math.max(rowCount, firstRows[i + 1] - firstRows[i]);
    blockCount = Math.max(blockCount, stretches[i + 1] - stretches[i]);
  }
  const room = roomBeside(features, data, rowCount, examples.weights !== undefined, blockCount);
  return {
    examples: room,
    blockCount,
    eachStretch(visit) {
      for (let i = 0; i + 1 < stretches.length; i++) {
        const [from, end] = [firstRows[i], firstRows[i + 1]];
        if (from < end) features.load(i);
        copyFacts(examples, from, end, room, 0);
        const [first, last] = [stretches[i], stretches[i + 1]];
        // The places behind its last block are filled with empty blocks.
        for (let b = 0; b <= blockCount; b++) room.blockOffsets[b] = blockOffsets[Math.min(first + b, last)] - from;
        visit(first, last - first);
      }
    },
  };
}

type Room = ExamplesAtHand & { rowNumbers: Int32Array };

/** Arrays in the kernel memory for what belongs to rows besides features: targets, weights, numbers and blocks. */
function roomBeside(
  { columnCount }: StreamedMatrix,
  data: Float32Array,
  rowCount: number,
  isWeighted: boolean,
  blockCount: number,
): Room {
  const { memory, allocate } = homeOf(data) as KernelMemory;
  const doubles = () => {
    const address = allocate(8 * rowCount);
    return new Float64Array(memory.buffer, address, rowCount);
  };
  const integers = (count: number) => {
    const address = allocate(4 * count);
    return new Int32Array(memory.buffer, address, count);
  };
  return {
    features: { rowCount, columnCount, data },
    targets: doubles(),
    ...(isWeighted && { weights: doubles() }),
    rowNumbers: integers(rowCount),
    blockOffsets: integers(blockCount + 1),
  };
}

/** Copies targets, weights and numbers of rows [from, end) to the places from `at` on. */
function copyFacts({ targets, weights }: Examples, from: number, end: number, room: Room, at: number): void {
  for (let row = from, to = at; row < end; row++, to++) {
    room.targets[to] = targets[row];
    room.rowNumbers[to] = row;
    if (weights && room.weights) room.weights[to] = weights[row];
  }
}

/** Rows that follow one another, and where each of them is wanted. */
interface Run {
  firstRow: number;
  places: Int32Array;
}

/** Fewest bytes for the rows of mini-batches: a window of the seeded order has some 460 kB. */
const leastBytes = 2 ** 20;

/**
 * Rows for mini-batches. The seeded order takes rows from all over the data, so one pass through the data collects those
 * of as many windows as there is room for.
 */
function byBatches(
  examples: Examples,
  features: StreamedMatrix,
  { batchSize, seed = 0, shuffle = true }: ObjectiveOptions & { batchSize: number },
): RowsAtHand {
  const { rowCount, columnCount } = features;
  const order = batchOrder({ rowCount, columnCount, batchSize }, seed);
  const bytes = Math.max(leastBytes, features.spareBytes);
  const windowBytes = order.windowRows * (4 * columnCount + 20);
  const windows = Math.min(Math.ceil(rowCount / order.windowRows), Math.max(1, Math.floor(bytes / windowBytes)));
  const most = Math.min(rowCount, Math.max(windows * order.windowRows, batchSize));
  const { memory, allocate } = homeOf(features.data) as KernelMemory;
  const address = allocate(4 * most * columnCount);
  const data = new Float32Array(memory.buffer, address, most * columnCount);
  const room = roomBeside(features, data, most, examples.weights !== undefined, 1);
  const shuffled = { epoch: -1, first: 0, count: 0 };
  const inOrder = { from: 0, end: 0 };

  return {
    examples: room,
    blockCount: 1,
    eachStretch: () => {},
    ...(shuffle && {
      loadWindow(epoch, index) {
        const { first, count } = shuffled;
        if (epoch !== shuffled.epoch || index < first || index >= first + count) {
          const last = Math.ceil(rowCount / order.windowRows);
          Object.assign(shuffled, { epoch, first: index, count: Math.min(windows, last - index) });
          collect(runsOf(order, shuffled), { examples, features, room, data });
        }
        return (index - shuffled.first) * order.windowRows;
      },
    }),
    loadRows(from, end) {
      if (from < inOrder.from || end > inOrder.end) {
        inOrder.from = from;
        inOrder.end = Math.min(rowCount, from + most);
        const places = Int32Array.from({ length: inOrder.end - from }, (_, i) => i);
        collect([{ firstRow: from, places }], { examples, features, room, data });
      }
      return from - inOrder.from;
    },
  };
}

/** The runs of consecutive rows in `count` windows of an epoch, from window `first` on, ordered by their first rows. */
function runsOf(
  order: BatchOrder,
  { epoch, first, count }: { epoch: number; first: number; count: number },
): readonly Run[] {
  const runs: Run[] = [];
  for (let i = 0; i < count; i++) {
    const { rows, places, count: own } = order.window(epoch, first + i);
    for (let from = 0, end = 1; from < own; from = end++) {
      while (end < own && rows[end] === rows[end - 1] + 1) end++;
      const wanted = places.slice(from, end);
      for (let k = 0; k < wanted.length; k++) wanted[k] += i * order.windowRows;
      runs.push({ firstRow: rows[from], places: wanted });
    }
  }
  return runs.sort((a, b) => a.firstRow - b.firstRow);
}

/** Where rows are collected from, and where to: features go to `data`, everything else to `room`. */
interface Collection {
  examples: Examples;
  features: StreamedMatrix;
  room: Room;
  data: Float32Array;
}

/** Copies the rows of runs, which are ordered by their first rows, to their places, in one pass through the stretches. */
function collect(runs: readonly Run[], { examples, features, room, data }: Collection): void {
  for (const { firstRow, places } of runs)
    for (let i = 0; i < places.length; i++) copyFacts(examples, firstRow + i, firstRow + i + 1, room, places[i]);
  const { firstRows } = features;
  let next = 0;
  for (let stretch = 0; stretch + 1 < firstRows.length && next < runs.length; stretch++) {
    const [first, end] = [firstRows[stretch], firstRows[stretch + 1]];
    if (first === end || runs[next].firstRow >= end) continue;
    features.load(stretch);
    // A run may continue in the next stretches.
    for (let i = next; i < runs.length && runs[i].firstRow < end; i++) copyRun(runs[i], first, end, features, data);
    while (next < runs.length && runs[next].firstRow + runs[next].places.length <= end) next++;
  }
}

/** Copies the features of those rows of a run that lie in the stretch that was loaded, which has rows [first, end). */
function copyRun(
  { firstRow, places }: Run,
  first: number,
  end: number,
  { data: stretch, columnCount }: StreamedMatrix,
  data: Float32Array,
): void {
  const last = Math.min(end, firstRow + places.length);
  for (let row = Math.max(first, firstRow); row < last; row++) {
    const [from, to] = [(row - first) * columnCount, places[row - firstRow] * columnCount];
    for (let j = 0; j < columnCount; j++) data[to + j] = stretch[from + j];
  }
}
