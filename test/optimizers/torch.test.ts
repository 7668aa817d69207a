import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Objective } from '../../lib/core/objective.ts';
import { minimise } from '../../lib/optimizers/minimise.ts';
import { makeRule, type RuleRequest } from '../../lib/optimizers/rules.ts';
import quadratic5 from '../golden/optim/quadratic5.json' with { type: 'json' };
import rosenbrock2 from '../golden/optim/rosenbrock2.json' with { type: 'json' };
import { quadratic, rosenbrock, signedLogistic } from './problems.ts';

interface Run {
  source: string;
  optimizer: string;
  options: Record<string, unknown>;
  parametersAfter: Record<string, number[]>;
  lossBefore: Record<string, number>;
}

const titled = <T extends Pick<Run, 'source'>>(runs: T[]) => runs.map((run): [string, T] => [run.source, run]);

function request({ optimizer, options }: Pick<Run, 'optimizer' | 'options'>): RuleRequest {
  const { lr, eps, betas, weight_decay, ...rest } = options;
  const [beta1, beta2] = (betas as number[] | undefined) ?? [];
  return {
    name: optimizer.toLowerCase(),
    learningRate: lr,
    epsilon: eps,
    beta1,
    beta2,
    weightDecay: weight_decay,
    ...rest,
  } as RuleRequest;
}

function expectTrajectory(objective: Objective, initial: number[], run: Run): void {
  for (const [step, expected] of Object.entries(run.parametersAfter)) {
    const { parameters } = minimise(objective, {
      rule: makeRule(request(run)),
      initial: Float64Array.from(initial),
      stop: { steps: Number(step) },
      onProgress: ({ loss }) => expectClose([loss], [run.lossBefore[step]]),
    });
    expectClose([...parameters], expected);
  }
}

/** Relative to the largest element, since a coordinate may cross zero. */
function expectClose(actual: number[], expected: number[]): void {
  const size = Math.max(...expected.map(Math.abs));
  const gaps = actual.map((value, i) => Math.abs(value - expected[i]));
  expect(gaps).toHaveLength(expected.length);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(1e-9 * size);
}

describe('a quadratic in five variables', () => {
  const objective = quadratic(quadratic5.data.A, quadratic5.data.b);
  test.each(titled(quadratic5.runs as unknown as Run[]))('%s', (_, run) => {
    expectTrajectory(objective, quadratic5.initial, run);
  });
});

describe("Rosenbrock's valley", () => {
  const objective = rosenbrock(rosenbrock2.data.a, rosenbrock2.data.b);
  test.each(titled(rosenbrock2.runs as unknown as Run[]))('%s', (_, run) => {
    expectTrajectory(objective, rosenbrock2.initial, run);
  });
});

// Its rows are those of a dataset, which is not kept here.
const logisticFile = new URL('../../../shared/golden/optim/logistic_bc40.json', import.meta.url);
describe.skipIf(!existsSync(logisticFile))('logistic loss on 40 rows (skipped without ../shared/golden)', () => {
  const golden = existsSync(logisticFile) ? JSON.parse(readFileSync(logisticFile, 'utf8')) : { runs: [] };
  // biome-ignore lint/suspicious/noExplicitAny: a file of another's making, read as it is
  const runs: any[] = golden.runs.filter(({ optimizer }: Run) => ['SGD', 'Adam'].includes(optimizer));
  test.each(titled(runs))('%s', (_, { params_after_step, loss_before_step, ...run }) => {
    const pick = <T>(list: T[]) => Object.fromEntries([1, 2, 10, 50].map((step) => [step, list[step - 1]]));
    expectTrajectory(signedLogistic(golden.data.X, golden.data.y), golden.x0, {
      ...run,
      parametersAfter: pick(params_after_step),
      lossBefore: pick(loss_before_step),
    });
  });
});
