import { describe, expect, test } from 'vitest';
import { StoreError } from '../../lib/core/errors.ts';
import { evaluate } from '../../lib/jobs/evaluate.ts';
import { plan, planForObjects } from '../../lib/jobs/plan.ts';
import { register } from '../../lib/jobs/register.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { openRun, readOutcome } from '../../lib/jobs/runs.ts';
import { runScheduled } from '../../lib/jobs/scheduled.ts';
import { openScoring, readScoring, score } from '../../lib/jobs/score.ts';
import { train } from '../../lib/jobs/train.ts';
import { champion, readAlias } from '../../lib/registry/aliases.ts';
import type { Report } from '../../lib/report/report.ts';
import { readJson } from '../../lib/store/json.ts';
import type { Store } from '../../lib/store/store.ts';
import { pipelineOf, putText, sampleCsv, type TestClock, testContext } from '../support/jobs.ts';
import { type MemoryStore, memoryStore } from '../support/memory-store.ts';

const yaml = (more = '', l2 = 0) => `
name: houses
task: regression
data: { path: datasets/houses/, target: value, exclude: [id, class], ready: { quiet: 1 s } }
optimizer: { name: gd, learningRate: 0.1 }
model: { l2: ${l2} }
stop: { steps: 5 }
${more}`;

/**
 * The store, dying at its n-th operation, from 0: before it takes place, or after it has and nobody heard of it. From
 * then on nothing is done any more, as when a process was killed.
 */
function dying(store: Store, n: number, when: 'before' | 'after'): Store & { operations: () => number } {
  let count = 0;
  const dead = () => new StoreError('the process was killed');
  const guard = <A extends unknown[], R>(operation: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      const at = count++;
      if (at > n || (at === n && when === 'before')) throw dead();
      try {
        return await operation(...args);
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: whatever came of it, nobody hears
        if (at === n) throw dead();
      }
    };
  };
  return {
    location: store.location,
    get: guard(store.get),
    head: guard(store.head),
    put: guard(store.put),
    list: guard(store.list),
    delete: guard(store.delete),
    operations: () => count,
  };
}

type Work = (store: Store) => Promise<unknown>;

/** Kills `work` at every operation, does it again, and holds what lasts to what an undisturbed run leaves. */
async function killEverywhere(
  begin: () => Promise<MemoryStore>,
  work: Work,
  clock: TestClock = { nowMs: 0 },
): Promise<number> {
  const begun = await begin();
  const { nowMs } = clock;
  const undisturbed = begun.copy();
  const counted = dying(undisturbed, Number.POSITIVE_INFINITY, 'before');
  await work(counted);
  const expected = undisturbed.lasting();
  for (const when of ['before', 'after'] as const) {
    for (let n = 0; n < counted.operations(); n++) {
      const store = begun.copy();
      clock.nowMs = nowMs;
      await expect(work(dying(store, n, when)), `operation ${n}`).rejects.toThrow();
      await work(store);
      expect(store.lasting(), `killed ${when} operation ${n}`).toEqual(expected);
    }
  }
  return counted.operations();
}

const run =
  (document: string): Work =>
  (store) =>
    runPipeline(testContext({ store }), pipelineOf(document));

const empty = async () => {
  const store = memoryStore();
  await putText(store, 'datasets/houses/a.csv', sampleCsv(60));
  return store;
};
const withChampion = async () => {
  const store = await empty();
  await run(yaml())(store);
  return store;
};

describe('killed at any operation of the store and begun again, a training leaves what an undisturbed one does', () => {
  test.each([
    ['the first version', empty, yaml()],
    ['a challenger that wins', withChampion, yaml('evaluate: { gates: [{ metric: r2, atLeast: 0.1 }] }', 0.001)],
    ['a challenger that loses', withChampion, yaml('evaluate: { gates: [{ metric: r2, atLeast: 0.99999 }] }', 0.001)],
  ])('%s', async (_, begin, document) => {
    expect(await killEverywhere(begin, run(document))).toBeGreaterThan(15);
  });

  test('a version that was trained before', async () => {
    const begin = async () => {
      const store = await withChampion();
      await putText(store, 'datasets/houses/a.csv', sampleCsv(60));
      return store;
    };
    await killEverywhere(begin, run(yaml()));
  });

  test('in many calls, with a kill in one of them', async () => {
    const document = yaml().replace('steps: 5', 'steps: 3');
    const work: Work = async (store) => {
      const { run: name } = await openRun(testContext({ store }), pipelineOf(document));
      for (let done = false; !done; ) {
        ({ done } = await train(testContext({ store, remainingMs: () => 0 }), { run: name }));
      }
      await run(document)(store);
    };
    await killEverywhere(empty, work);
  });
});

test('killed anywhere, a scoring writes every row once', async () => {
  const begin = async () => {
    const store = await withChampion();
    for (const part of ['1', '2']) await putText(store, `datasets/new/${part}.csv`, sampleCsv(10));
    return store;
  };
  const work: Work = async (store) => {
    const context = testContext({ store });
    const { scoring } = await openScoring(context, { name: 'houses', input: 'datasets/new/' });
    while (!(await score(context, { scoring })).done);
    expect(await readScoring(context, scoring)).toMatchObject({ rows: 20 });
  };
  await killEverywhere(begin, work);
});

test('killed anywhere, planning leaves a dataset that is trained all the same', async () => {
  const clock = { nowMs: Date.UTC(2026, 0, 1) };
  const begin = async () => {
    const store = memoryStore(() => clock.nowMs);
    await putText(store, 'datasets/houses/a.csv', sampleCsv(60));
    await putText(store, 'pipelines/houses.yml', yaml());
    return store;
  };
  const work: Work = async (store) => {
    const context = testContext({ store, clock });
    const [step] = await planForObjects(context, ['datasets/houses/a.csv', 'datasets/houses/a.csv']);
    for (;;) {
      const outcome = await plan(context, step);
      if (outcome.next === 'wait') clock.nowMs += outcome.waitSeconds * 1000;
      else {
        expect(outcome.next).toBe('train');
        return;
      }
    }
  };
  await killEverywhere(begin, work, clock);
});

test('killed anywhere, a schedule evaluates in the end', async () => {
  const clock = { nowMs: Date.UTC(2026, 0, 1) };
  const document = yaml('schedule: { every: 1 day }');
  const begin = async () => {
    const store = memoryStore(() => clock.nowMs);
    await putText(store, 'datasets/houses/a.csv', sampleCsv(60));
    await putText(store, 'pipelines/houses.yml', document);
    await run(document)(store);
    return store;
  };
  const work: Work = async (store) => {
    clock.nowMs += 20 * 60_000;
    const [outcome] = await runScheduled(testContext({ store, clock }));
    if (outcome.status === 'failed') throw new StoreError(outcome.error.message);
    expect(['evaluated', 'not-due', 'nothing-new']).toContain(outcome.status);
  };
  await killEverywhere(begin, work, clock);
});

/** The store, each operation of which takes as long as chance has it. */
function jittery(store: Store, seed: number): Store {
  let state = seed;
  const pause = async () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    for (let i = 0; i < state % 7; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  const slow =
    <A extends unknown[], R>(operation: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await pause();
      const result = await operation(...args);
      await pause();
      return result;
    };
  return {
    location: store.location,
    get: slow(store.get),
    head: slow(store.head),
    put: slow(store.put),
    list: slow(store.list),
    delete: slow(store.delete),
  };
}

describe('races', () => {
  test('runs of one pipeline at once leave what one leaves', async () => {
    const alone = await empty();
    await run(yaml())(alone);
    for (let seed = 1; seed <= 6; seed++) {
      const store = await empty();
      await Promise.all([0, 1, 2].map((racer) => run(yaml())(jittery(store, seed * 10 + racer))));
      expect(store.lasting()).toEqual(alone.lasting());
    }
  });

  test('pipelines that race for one champion each move it once, unless newer data came first', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const store = await empty();
      const gates = 'evaluate: { gates: [{ metric: rmse, noWorseThan: champion, by: 10 }] }';
      const results = await Promise.all(
        [0, 0.001, 0.002].map((l2, racer) =>
          runPipeline(testContext({ store: jittery(store, seed * 10 + racer) }), pipelineOf(yaml(gates, l2))),
        ),
      );
      const state = await readAlias(store, 'houses', champion);
      const verdicts = await Promise.all(results.map(({ report }) => readJson<Report>(store, report)));
      const moved = verdicts.filter(({ verdict }) => verdict.champion.moved);
      expect([state?.version, ...(state?.history ?? [])].sort()).toEqual(moved.map(({ version }) => version).sort());
      for (const { verdict } of verdicts.filter((report) => !moved.includes(report))) {
        expect(verdict.champion.sentence).toContain('which was trained on newer data');
      }
      expect(state?.generation).toBe(3);
    }
  });
});

test('a run that moved champion and was killed does not move it again, once a later run has', async () => {
  const store = await withChampion();
  const context = testContext({ store });
  const { run: slow } = await openRun(context, pipelineOf(yaml('', 0.001)));
  await train(context, { run: slow });
  await evaluate(context, { run: slow });
  // Killed where the report is written.
  const killed: Store = {
    ...store,
    put: (key, ...rest) =>
      key.endsWith('footprint.json') ? Promise.reject(new StoreError('killed')) : store.put(key, ...rest),
  };
  await expect(register(testContext({ store: killed }), { run: slow })).rejects.toThrow('killed');
  const later = await runPipeline(testContext({ store }), pipelineOf(yaml('', 0.002)));
  expect((await readAlias(store, 'houses', champion))?.version).toBe(later.version);

  await runPipeline(testContext({ store }), pipelineOf(yaml('', 0.001)));
  expect((await readOutcome(store, slow)).result).toBeDefined();
  expect((await readAlias(store, 'houses', champion))?.version).toBe(later.version);
});
