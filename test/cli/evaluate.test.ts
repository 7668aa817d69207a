import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { readGate } from '../../cli/gate-option.ts';
import { hone, root, temporaryFolder } from '../support/cli.ts';

const folder = temporaryFolder();
const store = join(folder, 'store');
const evaluate = (...args: string[]) => hone(['evaluate', ...args, '--store', store], { cwd: folder });
const write = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, name), text);
const reportOf = (stdout: string) => JSON.parse(readFileSync(join(store, JSON.parse(stdout).report), 'utf8'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rows = Array.from({ length: 200 }, (_, i) => [i % 2, ((i * 37) % 100) / 200 + (i % 2) * 0.4]);
const csv = `label,score\n${rows.map((row) => row.join(',')).join('\n')}\n`;

describe('hone evaluate --predictions', () => {
  test('prints metrics with intervals, and what it assumed; the report is named after the file', async () => {
    write('scores.csv', csv);
    const { code, stdout } = await evaluate('--predictions', 'scores.csv', '--task', 'binary');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ROC AUC +0\.\d+ +0\.\d+ to 0\.\d+ +0\.5 /m);
    expect(stdout.replace(/\s+/g, ' ')).toContain('assumed label "label", score "score", positive "1", threshold 0.5');
    expect(stdout).toMatch(/report +.*reports\/scores\/.*-evaluation\.html$/m);
  });

  test.each([
    ['TSV', 'scores.tsv', csv.replaceAll(',', '\t')],
    ['packed CSV', 'scores.csv.gz', gzipSync(csv)],
    ['JSON Lines', 'scores.jsonl', rows.map(([label, score]) => JSON.stringify({ label, score })).join('\n')],
  ])('reads %s alike', async (_, name, text) => {
    write('scores.csv', csv);
    write(name, text);
    const metricsOf = async (file: string) =>
      JSON.parse((await evaluate('--predictions', file, '--task', 'binary', '--json')).stdout).metrics;
    expect(await metricsOf(name)).toEqual(await metricsOf('scores.csv'));
  });

  test.each([
    [0, 'auc>=0.7'],
    [1, 'auc>=0.999'],
    [1, 'auc>=0.975 at 99%'],
    [1, 'auc>=0.7 from 1000 rows'],
    [0, 'logLoss<=baseline'],
  ])('ends with %i where the gate is %s', async (code, gate) => {
    write('scores.csv', csv);
    expect((await evaluate('--predictions', 'scores.csv', '--task', 'binary', '--gate', gate, '--json')).code).toBe(
      code,
    );
  });

  test('exits with 2 if the input is wrong', async () => {
    write('scores.csv', csv);
    const missing = await evaluate('--predictions', 'scores.csv', '--task', 'binary', '--score', 'p');
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('expected a column "p"')]);
    expect((await evaluate('--predictions', 'scores.csv')).stderr).toContain('expected --task TASK, found none');
    expect((await evaluate('--predictions', 'scores.csv', '--task', 'guess')).code).toBe(2);
    expect((await evaluate('--predictions', 'none.csv', '--task', 'binary')).code).toBe(2);
    expect((await evaluate()).stderr).toContain('expected MODEL --data DATA, or --predictions DATA --task TASK');
    expect((await evaluate('houses', '--task', 'binary')).stderr).toContain('expected no --task');
  });

  test('says the same for a document given to hone run, whose paths are relative to its own folder', async () => {
    write('scores.csv', csv);
    write('scores.yml', 'name: scores\ntask: binary\npredictions: { path: ./scores.csv }\n');
    const run = await hone(['run', 'scores.yml', '--store', store, '--json'], { cwd: folder });
    const direct = await evaluate('--predictions', 'scores.csv', '--task', 'binary', '--json');
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout).metrics).toEqual(JSON.parse(direct.stdout).metrics);
  });
});

test('README shows what examples/rain.yml prints', async () => {
  const { code, stdout } = await hone(['run', 'examples/rain.yml', '--store', store]);
  expect(code).toBe(0);
  // Durations differ from run to run.
  const untimed = (text: string) => text.replaceAll(/, in [\d.]+ m?s$/gm, '');
  const readme = untimed(readFileSync(join(root, 'README.md'), 'utf8'));
  expect(readme).toContain(untimed(stdout.slice(0, stdout.indexOf('report  '))));
});

const shared = join(root, '..', 'shared');
const withShared = test.skipIf(!existsSync(shared));

describe('on the collected samples (skipped where ../shared is absent)', () => {
  withShared('COCO detections give a full report by one command, with the official figures', async () => {
    const file = join(shared, 'golden', 'detection_coco.json');
    const { code, stdout } = await evaluate(
      '--predictions',
      file,
      '--task',
      'detection',
      '--resamples',
      '100',
      '--json',
    );
    expect(code).toBe(0);
    const { expected } = JSON.parse(readFileSync(file, 'utf8'));
    const { evaluation } = reportOf(stdout);
    expect(evaluation.metrics.ap.value).toBeCloseTo(expected.AP, 12);
    expect(evaluation.metrics.ar100.value).toBeCloseTo(expected.AR100, 12);
    expect(evaluation.metrics.ap.interval).toMatchObject({ method: 'percentile bootstrap', resamples: 100 });
    expect(evaluation).toMatchObject({ groupCount: 100, rowCount: 734 });
    expect(evaluation.classes).toHaveLength(80);
  });

  withShared(
    'a ranking dataset gives one by a feature as score, with its queries from the file beside it',
    async () => {
      const file = join(shared, 'datasets', 'ranking', 'lambdarank_test.libsvm');
      const { code, stdout } = await evaluate('--predictions', file, '--task', 'ranking', '--score', '137', '--json');
      expect(code).toBe(0);
      const report = reportOf(stdout);
      expect(report.evaluation).toMatchObject({ groupCount: 50, rowCount: 768 });
      expect(Object.keys(report.evaluation.metrics)).toEqual(['ndcg@10', 'map', 'mrr', 'recallAt@10']);
      for (const { interval } of Object.values<{ interval?: object }>(report.evaluation.metrics))
        expect(interval).toBeDefined();
      expect(report.evaluation.comparisons).toHaveLength(4);
      expect(report.defaults).toContainEqual({
        path: 'predictions.groupSizes',
        value: expect.stringMatching(/\.query$/),
      });
    },
  );
});

describe('a gate on the command line', () => {
  test.each([
    ['auc>=0.8', { metric: 'auc', atLeast: 0.8 }],
    [' rmse <= 1e3 ', { metric: 'rmse', atMost: 1000 }],
    ['ndcg@10>=.5 at 90%', { metric: 'ndcg@10', atLeast: 0.5, confidence: 0.9 }],
    ['fBeta@2;average=macro>=0.5', { metric: 'fBeta@2;average=macro', atLeast: 0.5 }],
    ['auc>=against-2%', { metric: 'auc', noWorseThan: 'against', by: 0.02 }],
    [
      'rmse<=baseline at 95% from 100 rows',
      { metric: 'rmse', noWorseThan: 'baseline', confidence: 0.95, atLeastRows: 100 },
    ],
    ['recall>=0.7 on slices', { metric: 'recall', atLeast: 0.7, slices: true }],
  ])('%s', (text, gate) => {
    expect(readGate(text)).toEqual(gate);
  });

  test.each([
    'auc',
    'auc>0.8',
    'auc>=',
    '>=0.8',
    'auc>=champion',
    'auc>=0.8 at 100%',
    'auc>=baseline on slices',
    'auc>=0.8 or so',
  ])('%s is refused', (text) => {
    expect(() => readGate(text)).toThrow('hone evaluate, --gate: expected');
  });
});
