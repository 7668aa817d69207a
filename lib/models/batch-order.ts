import { seededRandom } from '../core/random.ts';

/** Rows of mini-batches that follow one another, in the order in which they are visited. */
export interface Window {
  /** Which rows, in an order in which neighbours mostly stand together, shape [at least count]. */
  rows: Int32Array;
  /** Where each of them comes when they are visited, shape [at least count]. */
  places: Int32Array;
  /** The rows as they are visited: visited[places[i]] = rows[i]. */
  visited: Int32Array;
  count: number;
}

/** The order in which an epoch of mini-batches visits the rows. */
export interface BatchOrder {
  /** Batches of a window; the last of an epoch may have fewer. */
  readonly batchesPerWindow: number;
  /** Most rows of a window. */
  readonly windowRows: number;
  /** Window `index` of an epoch; the same object each time, arranged anew where it is another window. */
  window(epoch: number, index: number): Window;
}

/** Stretches to a window. */
const stretchesPerWindow = 64;
/** Bytes of features that a stretch aims at, and most rows of one: long enough to be read as fast as in order. */
const stretchBytes = 7168;
const mostStretchRows = 64;

/**
 * Visits all rows once: short stretches of neighbours in seeded order, 64 at a time mixed with one another.
 *
 * Such a window fits the second-level cache, and its rows are read nearly as fast as in order, where a full shuffle waits
 * for each row. As the stretches come from all over the data, a file that is sorted by label is mixed too: of 64 stretches
 * drawn evenly from two classes, 32 ± 4 are of each. The order is a function of the seed and the epoch alone.
 */
export function batchOrder(
  { rowCount, columnCount, batchSize }: { rowCount: number; columnCount: number; batchSize: number },
  seed: number,
): BatchOrder {
  const stretchRows = Math.max(1, Math.min(mostStretchRows, Math.floor(stretchBytes / (4 * Math.max(1, columnCount)))));
  const batchesPerWindow = Math.max(1, Math.floor((stretchesPerWindow * stretchRows) / batchSize));
  const windowRows = Math.min(batchesPerWindow * batchSize, rowCount);
  const stretches = new Int32Array(Math.ceil(rowCount / stretchRows));
  // Rows before each stretch in the order of the epoch: not all are of a length, as the last one of the data is short.
  const before = new Int32Array(stretches.length + 1);
  const windowSeeds = new Uint32Array(Math.ceil(rowCount / windowRows));
  const room = (): Int32Array => new Int32Array(windowRows);
  const window: Window = { rows: room(), places: room(), visited: room(), count: 0 };
  let [arrangedEpoch, arrangedWindow] = [-1, -1];

  function arrangeEpoch(epoch: number): void {
    const random = seededRandom(seed, epoch);
    for (let i = 0; i < stretches.length; i++) stretches[i] = i;
    random.shuffle(stretches);
    for (let i = 0; i < stretches.length; i++)
      before[i + 1] = before[i] + Math.min(stretchRows, rowCount - stretches[i] * stretchRows);
    for (let i = 0; i < windowSeeds.length; i++) windowSeeds[i] = random.nextUint32();
  }

  function arrangeWindow(index: number): void {
    const { rows, places, visited } = window;
    const first = index * windowRows;
    const count = Math.min(windowRows, rowCount - first);
    // No stretch is longer than `stretchRows`, so the first row stands in this one or a later one.
    let stretch = Math.floor(first / stretchRows);
    while (before[stretch + 1] <= first) stretch++;
    for (let i = 0; i < count; stretch++) {
      const firstRow = stretches[stretch] * stretchRows - before[stretch];
      const end = Math.min(before[stretch + 1] - first, count);
      for (; i < end; i++) rows[i] = firstRow + first + i;
    }
    for (let i = 0; i < count; i++) places[i] = i;
    seededRandom(windowSeeds[index]).shuffle(count === windowRows ? places : places.subarray(0, count));
    for (let i = 0; i < count; i++) visited[places[i]] = rows[i];
    window.count = count;
  }

  return {
    batchesPerWindow,
    windowRows,
    window(epoch, index) {
      if (epoch !== arrangedEpoch) arrangeEpoch(epoch);
      if (epoch !== arrangedEpoch || index !== arrangedWindow) arrangeWindow(index);
      [arrangedEpoch, arrangedWindow] = [epoch, index];
      return window;
    },
  };
}
