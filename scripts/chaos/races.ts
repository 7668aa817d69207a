import type { RunResult } from '../../lib/jobs/runs.ts';
import type { Alias } from '../../lib/registry/aliases.ts';
import { sampleCsv } from '../../test/support/jobs.ts';
import { onStage, type TellOptions, type Told } from './simulation/history.ts';
import { predict, promote, request, type Stage } from './simulation/people.ts';
import { count, type Extent, type Summary } from './summary.ts';

/** Racers in each race. */
const racers = 20;

/** A race, and what must have come of it; answers what did not. */
type Race = (stage: Stage, rest: (afterMs: number) => Promise<void>) => Promise<string[]>;

const races: Record<string, Race> = {
  'one event delivered 20 times at once': async (stage, rest) => {
    setUp(stage);
    put(stage, 'part-1.csv', 1);
    for (let racer = 0; racer < racers; racer++) deliver(stage, 'part-1.csv', stage.scheduler.between(0, 20));
    await rest(0);
    return expectOutcome(stage, { versions: 1, moves: 1 });
  },

  'events of 20 objects, out of order, each delivered twice': async (stage, rest) => {
    setUp(stage);
    for (let part = 0; part < racers; part++) put(stage, `part-${part}.csv`, part + 1);
    for (let part = 0; part < 2 * racers; part++) {
      deliver(stage, `part-${part % racers}.csv`, stage.scheduler.between(0, 20_000));
    }
    await rest(0);
    return expectOutcome(stage, { versions: 1, moves: 1 });
  },

  'events of older data, late after newer data': async (stage, rest) => {
    setUp(stage);
    for (let state = 0; state < racers; state++) {
      stage.scheduler.after(state * 10_000, 'new data', () => {
        put(stage, 'part-1.csv', state + 1);
        deliver(stage, 'part-1.csv', stage.scheduler.between(0, 900_000));
      });
    }
    await rest(1_800_000);
    const { version } = alias(stage) ?? {};
    const newest = stage.oracle.runsOn('alpha', stage.oracle.identityOf('alpha'));
    const ofNewest = newest.map((run) => stage.bucket.json<RunResult>(`runs/${run}/result.json`)?.version);
    return ofNewest.includes(version) ? [] : [`champion is ${version}, the newest data made ${ofNewest}`];
  },

  'one POST sent 20 times at once': async (stage, rest) => {
    setUp(stage);
    put(stage, 'part-1.csv', 1);
    const answers: string[] = [];
    const post = async () => {
      const answer = await request(stage, 'POST', '/trainings', { pipeline: 'alpha' });
      answers.push(answer ? (JSON.parse(answer.body) as { run: string }).run : 'no answer');
    };
    for (let racer = 0; racer < racers; racer++) {
      stage.scheduler.after(stage.scheduler.between(0, 50), 'a racer', () => void post());
    }
    await rest(0);
    const runs = new Set(answers);
    return [
      ...(runs.size === 1 && answers.length === racers ? [] : [`${answers.length} answers named ${[...runs]}`]),
      ...expectOutcome(stage, { versions: 1, moves: 1 }),
    ];
  },

  '20 trainings of one model race for champion': async (stage, rest) => {
    setUp(stage);
    put(stage, 'part-1.csv', 1);
    for (let racer = 0; racer < racers; racer++) {
      const pipeline = {
        name: 'alpha',
        task: 'regression',
        data: { path: 'datasets/alpha/', target: 'value', exclude: ['id', 'class'] },
        model: { l2: racer / 1000 },
        stop: { steps: 4 },
        evaluate: { gates: [{ metric: 'rmse', noWorseThan: 'champion' }] },
      };
      stage.scheduler.after(
        stage.scheduler.between(0, 500),
        'a racer',
        () => void request(stage, 'POST', '/trainings', { pipeline }),
      );
    }
    await rest(0);
    const results = resultsOf(stage);
    const reports = results.filter(({ report }) => !stage.bucket.objects.has(report));
    const champions = stage.oracle.moves.get('alpha') ?? [];
    return [
      ...(results.length === racers ? [] : [`${results.length} of ${racers} trainings have a result`]),
      ...reports.map(({ run }) => `run ${run} has no report`),
      ...(champions.length > 0 ? [] : ['nobody became champion']),
      ...worseSuccessors(stage),
    ];
  },

  'predictions while champion goes to and fro': async (stage, rest) => {
    setUp(stage);
    const { scheduler } = stage;
    for (let state = 0; state < 2; state++) {
      scheduler.after(state * 300_000, 'new data', () => {
        put(stage, 'part-1.csv', state + 1);
        deliver(stage, 'part-1.csv', 0);
      });
    }
    for (let racer = 0; racer < racers; racer++) {
      const atMs = 600_000 + scheduler.between(0, 200_000);
      scheduler.after(
        atMs,
        'a racer',
        () => void (racer % 2 === 0 ? promote(stage, 'alpha') : predict(stage, 'alpha')),
      );
    }
    await rest(800_000);
    const moves = stage.oracle.moves.get('alpha')?.length ?? 0;
    return moves > 2 ? [] : [`expected champion to go to and fro, found ${moves} moves`];
  },
};

/** Runs races of 20, each kind in turn, and one burst of 500 events. */
export async function runRaces(
  { seed, short }: Extent,
  { plants }: Pick<TellOptions, 'plants'> = {},
): Promise<Summary> {
  const kinds = Object.entries(races);
  const rounds = short ? 1 : 10;
  const failures: string[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [name, race] of kinds) {
      const raceSeed = seed + round;
      const wrong = await runRace(raceSeed, race, { plants, weather: { concurrency: 25, slow: 0.05 } });
      if (wrong.length > 0) failures.push(`seed ${raceSeed}, ${name}: ${wrong.join('; ')}`);
    }
  }
  const events = short ? 100 : 500;
  const seen = { workflows: 0 };
  const burst = await runRace(seed, burstOf(events), { plants, weather: { concurrency: 10 } }, seen);
  if (burst.length > 0) failures.push(`seed ${seed}, burst of ${events} events: ${burst.join('; ')}`);
  const tried = rounds * kinds.length + 1;
  return {
    tried: `${count(rounds * kinds.length)} races of ${racers}, and a burst of ${count(events)} events, which made ${seen.workflows} workflows`,
    passed: tried - failures.length,
    failed: failures.length,
    failures,
  };
}

async function runRace(
  seed: number,
  race: Race,
  options: TellOptions,
  seen?: { workflows: number },
): Promise<string[]> {
  let wrong: string[] = [];
  const told: Told = await onStage(seed, options, async (stage, rest) => {
    wrong = await race(stage, rest);
    stage.oracle.checkRest({ pipelines: ['alpha'] });
  });
  if (seen) seen.workflows = told.executions;
  return [...wrong, ...told.breaches.map(({ promise, found }) => `${promise}: ${found}`)];
}

/** Objects of one dataset, some a second, each with its event: more than can be trained one by one. */
function burstOf(events: number): Race {
  return async (stage, rest) => {
    setUp(stage, 'ready: { quiet: 0 s }');
    for (let event = 0; event < events; event++) {
      stage.scheduler.after(event * 100, 'new data', () => {
        put(stage, `part-${event % 8}.csv`, event + 1);
        deliver(stage, `part-${event % 8}.csv`, stage.scheduler.between(0, 5_000));
      });
    }
    await rest(events * 100 + 60_000);
    const runs = stage.bucket.keys('runs/').filter((key) => /^runs\/[0-9a-f]{32}\/request\.json$/.test(key)).length;
    // One at a time, and each takes a second or two of the fifty that the burst lasts.
    const most = Math.ceil(events / 10);
    return [
      ...(runs <= most ? [] : [`${events} events made ${runs} trainings, more than ${most}`]),
      ...(stage.lambda.peak <= 10 ? [] : [`${stage.lambda.peak} functions ran at once`]),
    ];
  };
}

function setUp({ bucket }: Stage, ready = 'ready: { quiet: 30 s }'): void {
  const document = `
name: alpha
task: regression
data: { path: datasets/alpha/, target: value, exclude: [id, class], ${ready} }
stop: { steps: 4 }
evaluate: { gates: [] }
`;
  bucket.put('pipelines/alpha.yml', new TextEncoder().encode(document));
}

function put({ bucket }: Stage, file: string, seed: number): void {
  bucket.put(`datasets/alpha/${file}`, new TextEncoder().encode(sampleCsv(20, { seed })));
}

function deliver({ lambda }: Stage, file: string, delayMs: number): void {
  const s3 = { bucket: { name: 'simulated' }, object: { key: `datasets/alpha/${file}` } };
  lambda.send('dataset-created', { Records: [{ eventName: 'ObjectCreated:Put', s3 }] }, { delayMs });
}

function expectOutcome(stage: Stage, { versions, moves }: { versions: number; moves: number }): string[] {
  const found = {
    versions: stage.bucket.keys('models/alpha/').filter((key) => key.endsWith('/manifest.json')).length,
    moves: stage.oracle.moves.get('alpha')?.length ?? 0,
  };
  const reports = resultsOf(stage).filter(({ report }) => stage.bucket.objects.has(report)).length;
  return [
    ...(found.versions === versions ? [] : [`expected ${versions} versions, found ${found.versions}`]),
    ...(found.moves === moves ? [] : [`expected ${moves} moves of champion, found ${found.moves}`]),
    ...(reports > 0 ? [] : ['expected a report, found none']),
  ];
}

/** Moves of champion to a version that its gate says is worse than the one before. */
function worseSuccessors(stage: Stage): string[] {
  const rmse = new Map(resultsOf(stage).map(({ version, metrics }) => [version, metrics.rmse.value ?? Number.NaN]));
  const versions = (stage.oracle.moves.get('alpha') ?? []).map(({ version }) => version ?? '');
  return versions.slice(1).flatMap((version, i) => {
    const [before, after] = [rmse.get(versions[i]) ?? Number.NaN, rmse.get(version) ?? Number.NaN];
    return after <= before ? [] : [`champion went from rmse ${before} to ${after}`];
  });
}

const alias = ({ bucket }: Stage): Alias | undefined => bucket.json('models/alpha/aliases/champion.json');

function resultsOf({ bucket }: Stage): RunResult[] {
  const keys = bucket.keys('runs/').filter((key) => /^runs\/[0-9a-f]{32}\/result\.json$/.test(key));
  return keys.flatMap((key) => bucket.json<RunResult>(key) ?? []).filter(({ status }) => status !== undefined);
}
