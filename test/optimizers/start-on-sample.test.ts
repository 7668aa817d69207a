import { expect, test } from 'vitest';
import type { Objective } from '../../lib/core/objective.ts';
import { seededRandom } from '../../lib/core/random.ts';
import { createModel } from '../../lib/models/create-model.ts';
import { sampleExamples } from '../../lib/models/sample-examples.ts';
import { lbfgs } from '../../lib/optimizers/lbfgs.ts';
import { minimise } from '../../lib/optimizers/minimise.ts';
import { startOnSample } from '../../lib/optimizers/start-on-sample.ts';
import { blocksOf } from '../models/some-examples.ts';

const [rowCount, inputs] = [40_000, 6];
const model = createModel({ kind: 'logistic', inputs });
const stop = { epochs: 1000, gradientNorm: 1e-7, tolerance: 1e-9 };

/** Rows whose classes depend on the features and on chance, or on the features alone. */
function examples({ chance = 1, rows = rowCount } = {}) {
  const random = seededRandom(3);
  const data = Float32Array.from({ length: rows * inputs }, (_, i) => random.normal() * (1 + (i % inputs)));
  const targets = Float64Array.from({ length: rows }, (_, row) =>
    data[row * inputs] - data[row * inputs + 1] / 2 + chance * random.normal() > 0.3 ? 1 : 0,
  );
  const features = { rowCount: rows, columnCount: inputs, data };
  return { features, targets, blockOffsets: blocksOf(rows, 4096) };
}

/** The objective, and how often it was evaluated. */
function counted(objective: Objective) {
  const of = { objective: { ...objective, evaluate }, evaluations: 0 };
  function evaluate(...given: Parameters<Objective['evaluate']>): number {
    of.evaluations++;
    return objective.evaluate(...given);
  }
  return of;
}

const initial = new Float64Array(model.parameterCount);
const rule = lbfgs({ memory: 20 });
const sampleOf = (all: ReturnType<typeof examples>) => sampleExamples(all, 5000)?.examples ?? all;

test('leads to the same minimum with less than half of the looks at all rows', () => {
  const all = examples();
  const [cold, warm] = [0, 1].map(() => counted(model.objective(all)));
  const from0 = minimise(cold.objective, { rule: lbfgs(), initial, stop });
  const resume = startOnSample(warm.objective, model.objective(sampleOf(all)), { rule, initial });
  const fromSample = minimise(warm.objective, { rule, initial, stop, resume });
  expect([from0.status, fromSample.status]).toEqual(['converged', 'converged']);
  expect(warm.evaluations).toBeLessThan(cold.evaluations / 2);
  expect(fromSample.loss).toBeLessThan(from0.loss * (1 + 1e-8));
  fromSample.parameters.forEach((parameter, i) => void expect(parameter).toBeCloseTo(from0.parameters[i], 3));
});

test('is none where a plane divides the classes of the sample and not those of all rows', () => {
  const divided = sampleOf(examples({ chance: 0 }));
  expect(
    startOnSample(model.objective(examples({ chance: 9 })), model.objective(divided), { rule, initial }),
  ).toBeUndefined();
});

test('is none where the sample is of something else, even where all rows have no finite loss at its minimum', () => {
  const all = examples();
  const others = { ...sampleOf(all), targets: sampleOf(all).targets.map((target) => 1 - target) };
  expect(startOnSample(model.objective(all), model.objective(others), { rule, initial })).toBeUndefined();
  const endless = { ...model.objective(all), evaluate: () => Number.NaN };
  expect(startOnSample(endless, model.objective(sampleOf(all)), { rule, initial })).toBeUndefined();
});
