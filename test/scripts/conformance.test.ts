import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differences, type Outcome } from '../../scripts/conformance/group.ts';
import { models } from '../../scripts/conformance/groups/models.ts';
import { optim } from '../../scripts/conformance/groups/optim.ts';
import { schedules } from '../../scripts/conformance/groups/schedules.ts';
import { parseCall } from '../../scripts/conformance/python-call.ts';
import { runConformance } from '../../scripts/conformance/run.ts';
import lrSchedules from '../golden/lr_schedules.json' with { type: 'json' };
import lionQuadratic5 from '../golden/optim/lion_quadratic5.json' with { type: 'json' };
import lionRosenbrock2 from '../golden/optim/lion_rosenbrock2.json' with { type: 'json' };
import quadratic5 from '../golden/optim/quadratic5.json' with { type: 'json' };
import rosenbrock2 from '../golden/optim/rosenbrock2.json' with { type: 'json' };

const root = fileURLToPath(new URL('../../', import.meta.url));
const failures = (outcomes: Iterable<Outcome>) => [...outcomes].filter(({ result }) => result === 'failed');

/** The same number with another tenth digit. */
function withTenthDigitChanged(value: number): number {
  const [mantissa, exponent] = value.toExponential(16).split('e');
  const at = mantissa.indexOf('.') + 9;
  return Number(`${mantissa.slice(0, at)}${(Number(mantissa[at]) + 1) % 10}${mantissa.slice(at + 1)}e${exponent}`);
}

describe('a golden value that differs in its tenth digit is refused', () => {
  const files = [quadratic5, rosenbrock2, lionQuadratic5, lionRosenbrock2];
  const runs = files.flatMap((file) =>
    file.runs.map((run, i) => [`${file.problem}, ${run.optimizer}(${JSON.stringify(run.options)})`, file, i] as const),
  );
  test.each(runs)('%s', (_, file, index) => {
    for (const [step, coordinate] of [
      [0, 1],
      [11, 0],
      [24, 1],
    ]) {
      const run = structuredClone(file.runs[index]);
      const values = run.params_after_step[step];
      values[coordinate] = withTenthDigitChanged(values[coordinate]);
      expect(failures(optim.check({ ...file, runs: [run] }, { path: '' }))).toHaveLength(1);
    }
    const run = structuredClone(file.runs[index]);
    run.loss_before_step[7] = withTenthDigitChanged(run.loss_before_step[7]);
    expect(failures(optim.check({ ...file, runs: [run] }, { path: '' }))).toHaveLength(1);
    expect(failures(optim.check({ ...file, runs: [file.runs[index]] }, { path: '' }))).toEqual([]);
  });

  test.each(lrSchedules.schedules.map((schedule) => [schedule.schedule, schedule] as const))('%s', (_, schedule) => {
    for (let step = 0; step < schedule.lr.length; step += 9) {
      if (schedule.lr[step] === 0) continue;
      const lr = schedule.lr.with(step, withTenthDigitChanged(schedule.lr[step]));
      expect(failures(schedules.check({ schedules: [{ ...schedule, lr }] }, { path: '' }))).toHaveLength(1);
    }
  });
});

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));

test.skipIf(!existsSync(shared))(
  'a coefficient of a closed form that differs in its tenth digit is refused (needs ../shared)',
  () => {
    const path = 'models/regression.json';
    const golden = JSON.parse(readFileSync(join(shared, 'golden', path), 'utf8')) as {
      datasets: { dataset: string; cases: { model: string; coef: number[] }[] }[];
    };
    const stackloss = golden.datasets.filter(({ dataset }) => dataset === 'stackloss');
    const cases = stackloss[0].cases.filter(({ model }) => model === 'linear' || model === 'ridge');
    const outcomesOf = (changed: (typeof cases)[number]) =>
      failures(
        models.check(
          { datasets: [{ ...stackloss[0], cases: [changed] }] },
          { path, datasets: join(shared, 'datasets') },
        ),
      );
    for (const each of cases) {
      expect(outcomesOf(each)).toEqual([]);
      each.coef.forEach((value, j) => {
        expect(outcomesOf({ ...each, coef: each.coef.with(j, withTenthDigitChanged(value)) })).toHaveLength(1);
      });
    }
    expect(cases.length).toBeGreaterThan(4);
  },
);

describe('any folder in the layout is read', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'golden-'));
    mkdirSync(join(folder, 'optim'));
    // Two steps of gradient descent at rate ½ on ½·2·x² − 4·x, by hand: 0, then 2, where it stays.
    const run = { options: { lr: 0.5 }, params_after_step: [[2], [2]], loss_before_step: [0, -4] };
    write('optim/line.json', {
      problem: 'line',
      data: { A: [[2]], b: [4] },
      x0: [0],
      runs: [
        { optimizer: 'SGD', ...run },
        { optimizer: 'Rprop', ...run },
      ],
    });
    write('lr_schedules.json', {
      schedules: [
        { schedule: 'StepLR(step_size=2, gamma=0.5)', base_lr: 8, lr: [8, 8, 4, 4, 2] },
        { schedule: 'LambdaLR(lr_lambda=f)', base_lr: 1, lr: [1] },
      ],
    });
    write('notes.json', {});
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(root, 'scripts/conformance/main.ts'), ...args], { encoding: 'utf8' });

  test('what passes is counted, and what is skipped is named with its reason', async () => {
    const summary = await runConformance(folder);
    expect(summary.map(({ group, passed }) => [group, passed])).toEqual([
      ['optim', 1],
      ['lr_schedules', 1],
      ['other files', 0],
    ]);
    expect(summary.flatMap(({ skipped }) => skipped)).toEqual([
      { name: 'Rprop', reason: 'hone has no such optimizer', count: 1 },
      { name: 'LambdaLR', reason: 'its text could not be read', count: 1 },
      { name: 'notes.json', reason: 'not of a layout that the runner knows', count: 1 },
    ]);
  });

  test('the program ends with one plain line, and exit code 0 when nothing failed', () => {
    const { stdout, status } = run(folder);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('2 passed, 0 failed, 3 skipped');
    expect(status).toBe(0);
  });

  test('a failure is named, and makes the exit code 1', () => {
    const copy = `${folder}-copy`;
    cpSync(folder, copy, { recursive: true });
    const file = join(copy, 'optim/line.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('[2],[2]]', '[2],[2.000000001]]'));
    writeFileSync(join(copy, 'lr_schedules.json'), '{');
    const { stdout, status } = run(copy);
    rmSync(copy, { recursive: true });
    expect(stdout).toMatch(
      /FAILED optim\/line\.json, line: SGD\(lr=0\.5\): after step 2: .* 2 instead of 2\.000000001/,
    );
    expect(stdout).toMatch(/FAILED lr_schedules\.json, the whole file: .*JSON/);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('0 passed, 2 failed, 2 skipped');
    expect(status).toBe(1);
  });

  test('a folder that is not there, or holds nothing, is refused with exit code 2', () => {
    const missing = run(join(folder, 'missing'));
    expect([missing.status, missing.stderr]).toEqual([2, expect.stringContaining('missing: expected a folder')]);
    mkdirSync(join(folder, 'empty'));
    expect(run(join(folder, 'empty')).status).toBe(2);
  });
});

test('numbers are compared at any depth, NaN equals NaN, and a missing number is a difference', () => {
  const tolerance = { relative: 1e-12 };
  expect(differences({ a: [1, [2, NaN]], b: 3 }, { a: [1, [2, 'NaN']], b: null }, tolerance)).toHaveLength(1);
  expect(differences({ a: Float64Array.of(1, 2, Infinity) }, { a: [[1], [2, 'Infinity']] }, tolerance)).toEqual([]);
  expect(differences(NaN, 1, tolerance)).toHaveLength(1);
  expect(differences(1, 'NaN', tolerance)).toHaveLength(1);
  expect(differences(undefined, 0, tolerance)).toHaveLength(1);
});

test('schedules are read as Python writes calls', () => {
  expect(parseCall('F([G(a=1e-3, b=True), H("x",)], at=[10, -2.5], c=None)')).toEqual({
    name: 'F',
    positional: [
      [
        { name: 'G', positional: [], named: { a: 0.001, b: true } },
        { name: 'H', positional: ['x'], named: {} },
      ],
    ],
    named: { at: [10, -2.5], c: null },
  });
  for (const text of ['', 'F', 'F(', 'F(a=)', 'F(lambda x: x)', 'F() F()']) expect(parseCall(text)).toBeUndefined();
});
