import type { StreamedMatrix } from '../core/streamed-matrix.ts';
import type { PackedRows } from './number-facts.ts';
import type { PackedNumbers } from './packed.ts';

/** Memory that all matrices over the same packed numbers share, and the matrix whose rows it holds at present. */
interface Window {
  data: Float32Array;
  owner?: StreamedMatrix;
  stretch: number;
}

const windows = new WeakMap<PackedNumbers, Window>();

/**
 * Rows of packed numbers that do not all lie in memory, encoded each time that they are loaded.
 *
 * @param all.rows ascending; `offsets`: where each block begins among them
 * @param encode writes the encoded rows of a stretch to `data`
 */
export function streamedRows(
  { numbers, rows, offsets, columnCount }: Pick<PackedRows, 'numbers' | 'rows' | 'offsets'> & { columnCount: number },
  encode: (data: Float32Array, own: PackedRows) => void,
): StreamedMatrix {
  const { source } = numbers;
  if (!source) throw new RangeError('expected packed numbers that are brought to memory');
  const { stretches } = source;
  const firstRows = stretches.map((block) => offsets[block]);
  let most = 1;
  for (let i = 1; i < firstRows.length; i++) most = Math.max(most, firstRows[i] - firstRows[i - 1]);
  const window = windowFor(numbers, most * columnCount);
  const matrix: StreamedMatrix = {
    rowCount: rows.length,
    columnCount,
    stretches,
    firstRows,
    data: window.data,
    spareBytes: source.spareBytes,
    load(stretch) {
      if (window.owner === matrix && window.stretch === stretch) return;
      window.owner = undefined;
      const blocks = source.load(stretch);
      const length = (firstRows[stretch + 1] - firstRows[stretch]) * columnCount;
      encode(window.data.subarray(0, length), { numbers, blocks, firstBlock: stretches[stretch], rows, offsets });
      Object.assign(window, { owner: matrix, stretch });
    },
  };
  return matrix;
}

function windowFor(numbers: PackedNumbers, length: number): Window {
  const known = windows.get(numbers);
  if (known && known.data.length >= length) return known;
  const { memory } = numbers;
  const address = memory.allocate(length * 4);
  const window = { data: new Float32Array(memory.memory.buffer, address, length), stretch: -1 };
  windows.set(numbers, window);
  return window;
}
