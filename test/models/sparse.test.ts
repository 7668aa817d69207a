import { expect, test } from 'vitest';
import type { Matrix } from '../../lib/core/matrix.ts';
import type { SparseMatrix } from '../../lib/core/sparse-matrix.ts';
import { createModel, modelKinds } from '../../lib/models/create-model.ts';

const [rowCount, columnCount] = [700, 60];

/** The same numbers twice, most of them zero. */
function bothForms(): { dense: Matrix; sparse: SparseMatrix } {
  const dense = { rowCount, columnCount, data: new Float32Array(rowCount * columnCount) };
  const [columns, values, rowStarts]: number[][] = [[], [], [0]];
  for (let row = 0; row < rowCount; row++) {
    for (let column = row % 9; column < columnCount; column += 9) {
      const value = Math.fround(((row * 31 + column * 17) % 23) / 7 - 1.5);
      dense.data[row * columnCount + column] = value;
      columns.push(column);
      values.push(value);
    }
    rowStarts.push(columns.length);
  }
  const sparse = {
    rowCount,
    columnCount,
    rowStarts: Float64Array.from(rowStarts),
    columns: Int32Array.from(columns),
    data: Float32Array.from(values),
  };
  return { dense, sparse };
}

test.each(modelKinds)('a sparse %s has the bits of a dense one: loss, gradient and scores', (kind) => {
  const model = createModel({ kind, inputs: columnCount, ...(kind === 'softmax' && { classCount: 3 }) });
  const { dense, sparse } = bothForms();
  const targets = Float64Array.from({ length: rowCount }, (_, row) => (kind === 'softmax' ? row % 3 : row % 2));
  const parameters = Float64Array.from({ length: model.parameterCount }, (_, i) => ((i * 37) % 11) / 9 - 0.5);
  const rest = { targets, blockOffsets: Int32Array.of(0, 300, 300, rowCount) };
  for (const batchSize of [undefined, 64]) {
    const [ours, theirs] = [sparse, dense].map((features) => {
      const gradient = new Float64Array(model.parameterCount);
      const objective = model.objective({ features, ...rest }, { l2: 0.1, batchSize });
      return { loss: objective.evaluate(parameters, gradient, 3), gradient };
    });
    expect(ours).toEqual(theirs);
  }
  expect(model.scores(parameters, sparse)).toEqual(model.scores(parameters, dense));
});
