import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mlpCases, neuralCases } from '../../scripts/conformance/neural.ts';
import mlp from '../golden/mlp.json' with { type: 'json' };
import neural from '../golden/nn_losses_activations.json' with { type: 'json' };

const iris = new URL('../../../shared/datasets/classification/iris_sklearn.csv', import.meta.url);

function irisRows() {
  if (!existsSync(iris)) return undefined;
  const lines = readFileSync(iris, 'utf8').trim().split('\n').slice(1);
  const rows = lines.map((line) => line.split(',').map(Number));
  const moments = [0, 1, 2, 3].map((j) => {
    const mean = rows.reduce((sum, row) => sum + row[j], 0) / rows.length;
    return { mean, deviation: Math.sqrt(rows.reduce((sum, row) => sum + (row[j] - mean) ** 2, 0) / rows.length) };
  });
  const data = Float64Array.from(
    rows.flatMap((row) => moments.map(({ mean, deviation }, j) => (row[j] - mean) / deviation)),
  );
  return {
    features: { rowCount: rows.length, columnCount: 4, data },
    targets: Float64Array.from(rows, (row) => row[4]),
  };
}

const casesOf = {
  neural: (golden: unknown) => neuralCases(golden as Parameters<typeof neuralCases>[0]),
  mlp: (golden: unknown) => mlpCases(golden as Parameters<typeof mlpCases>[0], irisRows),
};
const goldens = { neural, mlp };

describe.each(['neural', 'mlp'] as const)('torch, %s', (file) => {
  for (const golden of casesOf[file](goldens[file])) {
    if ('skip' in golden) test.skip(`${golden.name} (${golden.skip})`, () => {});
    else test(golden.name, golden.run);
  }

  test('each case fails when a number of it is changed in its tenth digit', () => {
    for (const golden of casesOf[file](changed(goldens[file])))
      if ('run' in golden) expect(golden.run, golden.name).toThrow(/expected .* found/);
  });
});

/** Fields that are what a case starts from, not what it expects. */
const given = new Set(['inputs', 'target', 'class_weights', 'initial_params', 'options', 'sizes', 'activation_inputs']);

/** The same document, with the tenth digit of everything that is expected changed. */
function changed(golden: unknown): unknown {
  if (typeof golden === 'number') return golden * (1 + 2e-10);
  if (Array.isArray(golden)) return golden.map(changed);
  if (typeof golden !== 'object' || golden === null) return golden;
  return Object.fromEntries(
    Object.entries(golden).map(([key, value]) => [key, given.has(key) ? value : changed(value)]),
  );
}
