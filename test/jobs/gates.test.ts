import { expect, test } from 'vitest';
import { checkGates } from '../../lib/jobs/gates/check-gates.ts';
import { readReport } from '../../lib/jobs/reports.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { sliceConditions } from '../../lib/pipeline/slice-conditions.ts';
import { champion, readAlias } from '../../lib/registry/aliases.ts';
import { pipelineOf, putText, testContext } from '../support/jobs.ts';

/** y follows x, except that in zone south it is reversed for half of the rows. */
const rows = Array.from({ length: 600 }, (_, i) => {
  const [x, isSouth] = [(i * 37) % 101, i % 3 === 0];
  const label = x > 50 !== (isSouth && i % 2 === 0) ? 'yes' : 'no';
  return `${x},${isSouth ? 'south' : 'north'},${label}`;
});
const csv = `x,zone,label\n${rows.join('\n')}\n`;

const document = (gates: string) => `
name: zones
task: binary
data: { path: datasets/zones/, target: label, include: [x] }
evaluate: { metrics: [accuracy, auc], gates: [${gates}] }
`;

async function trained(gates: string) {
  const context = testContext();
  await putText(context.store, 'datasets/zones/a.csv', csv);
  const result = await runPipeline(context, pipelineOf(document(gates)));
  const { verdict } = await readReport(context, result.report);
  return { context, result, verdict, champion: (await readAlias(context.store, 'zones', champion))?.version };
}

test.each([
  ['{ metric: accuracy, atLeast: 0.6, confidence: 0.95 }', 'pass', /surely at 95%/],
  ['{ metric: accuracy, atLeast: 0.82, confidence: 0.999 }', 'undecided', /rows do not settle at 99.9%/],
  ['{ metric: accuracy, atLeast: 0.6, atLeastRows: 10000 }', 'undecided', /fewer than the 10000 asked for/],
  [
    "{ metric: accuracy, atLeast: 0.9, slice: 'zone = south' }",
    'fail',
    /^Accuracy where zone = south: expected at least 0.9/,
  ],
  ["{ metric: accuracy, atLeast: 0.9, slice: 'zone = north and x < 40' }", 'pass', /where zone = north and x < 40/],
  ["{ metric: accuracy, atLeast: 0.9, slice: 'zone = west' }", 'undecided', /there is no such row/],
  ['{ metric: accuracy, noWorseThan: baseline, confidence: 0.95 }', 'pass', /surely at 95%/],
  ['{ metric: modelBytes, atMost: 10 }', 'fail', /^Model: expected at most 10 bytes, found \d+ bytes\.$/],
  ['{ metric: predictionMs, atMost: 60000 }', 'pass', /^Prediction: expected at most 1 min 0 s/],
  ['{ metric: costUsd, atMost: 1 }', 'pass', /^Cost: expected at most 1 USD/],
])('%s: %s', async (gate, expected, sentence) => {
  const { result, verdict, champion: version } = await trained(gate);
  expect([result.gate, verdict.gate, verdict.gates[0].verdict]).toEqual([expected, expected, expected]);
  expect(verdict.gates[0].sentence).toMatch(sentence);
  expect(version).toBe(expected === 'pass' ? result.version : undefined);
});

test('an undecided gate is reported as such everywhere, and judged again when the version is found', async () => {
  const gate = "{ metric: accuracy, atLeast: 0.82, slice: 'zone = north', confidence: 0.9999999 }";
  const { context, verdict } = await trained(gate);
  expect(verdict.champion).toEqual({
    moved: false,
    version: null,
    sentence: 'A gate is undecided. There is no champion yet.',
  });
  expect(verdict.sentence).toBe('The gate is undecided.');
  const later = document(gate).concat('card: { owner: me }\n');
  const found = await runPipeline({ ...context, memory: new Map() }, pipelineOf(later));
  expect(found).toMatchObject({ status: 'found', gate: 'undecided' });
  expect((await readReport(context, found.report)).verdict.gates).toEqual(verdict.gates);
});

test('a version that is found is judged against champion and the clock as they were when it was trained', async () => {
  const gates =
    '{ metric: accuracy, noWorseThan: champion, by: 0.1, confidence: 0.95 }, { metric: predictionMs, atMost: 60000 }';
  const { context, result } = await trained(gates);
  expect(result.gate).toBe('pass');
  const later = document(gates).concat('card: { owner: me }\n');
  const found = await runPipeline({ ...context, memory: new Map() }, pipelineOf(later));
  const { verdict } = await readReport(context, found.report);
  expect(found.status).toBe('found');
  expect(verdict.gates.map(({ verdict: came, sentence }) => [came, sentence])).toEqual([
    [
      'pass',
      expect.stringMatching(
        /^Accuracy: expected no worse than champion's 0\.\d+ by more than 10%, found 0\.\d+, surely at 95%\.$/,
      ),
    ],
    ['pass', expect.stringMatching(/^Prediction: expected at most 1 min 0 s, found /)],
  ]);
});

test('a slice by a column that is not there is an error that lists what is', async () => {
  await expect(trained("{ metric: accuracy, atLeast: 0, slice: 'area = north' }")).rejects.toThrow(
    /evaluate.gates, slice: expected a column of the dataset, found "area"/,
  );
});

test('the worst gate decides: a failure outweighs an undecided gate', () => {
  const inputs = { metrics: { accuracy: { value: 0.5 } }, baseline: {}, champion: undefined, rowCount: 9 };
  const gates = [
    { metric: 'accuracy', atLeast: 0.4 },
    { metric: 'accuracy', atLeast: 0.6 },
    { metric: 'costUsd', atMost: 1 },
  ];
  const checked = checkGates(gates, inputs);
  expect(checked.gates.map(({ verdict }) => verdict)).toEqual(['pass', 'fail', 'undecided']);
  expect(checked.gate).toBe('fail');
  expect(checked.sentence).toBe('1 of 3 gates fails, 1 is undecided.');
});

test.each([
  ['zone = north', [{ column: 'zone', is: '=', value: 'north' }]],
  [
    'a b >= -3 and c=x = y',
    [
      { column: 'a b', is: '>=', value: '-3' },
      { column: 'c', is: '=', value: 'x = y' },
    ],
  ],
  ['zone', undefined],
  ['zone < north', undefined],
])('slice %s', (text, expected) => expect(sliceConditions(text)).toEqual(expected));

test.each([
  ['{ metric: costUsd, noWorseThan: champion }', 'expected atMost or atLeast for costUsd, found noWorseThan'],
  [
    '{ metric: modelBytes, atMost: 1, confidence: 0.9 }',
    'expected none for modelBytes, which is not of rows, found 0.9',
  ],
])('%s is refused', (gate, message) => {
  expect(() => pipelineOf(document(gate))).toThrow(message);
});
