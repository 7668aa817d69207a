import fc from 'fast-check';
import { openModel } from '../../../lib/jobs/open-model.ts';
import { predictRecords } from '../../../lib/jobs/predict.ts';
import { predictionsCsv } from '../../../lib/jobs/predictions-csv.ts';
import { runPipeline } from '../../../lib/jobs/run.ts';
import { readForScoring } from '../../../lib/jobs/score.ts';
import { listDataset } from '../../../lib/jobs/sources.ts';
import { checkPipeline } from '../../../lib/pipeline/check-pipeline.ts';
import { resolvePipeline } from '../../../lib/pipeline/resolve.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../../support/jobs.ts';
import { housesPipeline } from '../../support/s3-events.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { refusing, type Target } from '../targets.ts';

/** Names that mean something: to JavaScript, to HTML, to a spreadsheet, to a shell, to a path. */
const oddText = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__'),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '</script>',
    "';--",
    '{{7*7}}',
    '<!--',
  ),
  fc.constantFrom(
    '=1+1',
    '+A1',
    '-A1',
    '@SUM(A1)',
    '\t=1',
    '../..',
    'a/b',
    '\u202egnp',
    '\u0000',
    'null',
    'NaN',
    '1e5',
  ),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);
const cell = fc.oneof(oddText, fc.double().map(String), fc.integer().map(String), fc.constant(''));

interface TableCase {
  names: string[];
  rows: string[][];
  task: 'regression' | 'binary' | 'multiclass';
  kind: string;
}

const tableCase: fc.Arbitrary<TableCase> = fc.record({
  names: fc.uniqueArray(oddText, { minLength: 2, maxLength: 5 }),
  rows: fc.array(fc.array(cell, { minLength: 5, maxLength: 5 }), { minLength: 6, maxLength: 20 }),
  task: fc.constantFrom('regression', 'binary', 'multiclass'),
  kind: fc.constantFrom('linear', 'logistic', 'softmax', 'mlp'),
});

const jsonRecord = fc.dictionary(
  fc.oneof(oddText, fc.constantFrom('size', 'age', 'zone')),
  fc.oneof(fc.jsonValue(), fc.double(), oddText),
);

/** What no mutation of a sample finds: whole tables of odd names and cells, and rows to predict. */
export const tableTargets: Record<string, () => Promise<Target>> = {
  'train on a table': async () => ({ input: sampled(tableCase), attempt: trainOn }),
  'predict rows': async () => {
    const context = testContext();
    await putText(context.store, 'datasets/houses/a.csv', sampleCsv(60));
    const { version } = await runPipeline(context, pipelineOf(housesPipeline()));
    const model = await openModel(context, { name: 'houses', version });
    return {
      input: sampled(fc.array(jsonRecord, { maxLength: 4 })),
      attempt: (input) =>
        refusing(() => {
          const { predictions } = predictRecords(model, JSON.parse(new TextDecoder().decode(input)));
          if (predictions.some((value) => Number.isNaN(value))) throw new Error('expected a number, found NaN');
        }),
    };
  },
};

function sampled<T>(arbitrary: fc.Arbitrary<T>): Target['input'] {
  return (random: SeededRandom) => {
    const [value] = fc.sample(arbitrary, { seed: random.below(2 ** 31), numRuns: 1 });
    return new TextEncoder().encode(JSON.stringify(value));
  };
}

/** From CSV to a report, a page, predictions as CSV and one by JSON: what the names and cells were stays text everywhere. */
function trainOn(input: Uint8Array): Promise<'taken' | 'refused'> {
  const { names, rows, task, kind } = JSON.parse(new TextDecoder().decode(input)) as TableCase;
  return refusing(async () => {
    const context = testContext();
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const lines = [names, ...rows.map((row) => row.slice(0, names.length))].map((line) => line.map(quote).join(','));
    await putText(context.store, 'datasets/odd/a.csv', `${lines.join('\n')}\n`);
    const document = {
      name: 'odd',
      task,
      data: { path: 'datasets/odd/', target: names[names.length - 1] },
      model: kind === 'mlp' ? { kind, hidden: [3] } : { kind },
      stop: { epochs: 3 },
    };
    const result = await runPipeline(context, resolvePipeline(checkPipeline(document, 'fuzz')));
    const page = new TextDecoder().decode((await context.store.get(result.report.replace('.json', '.html'))).body);
    for (const markup of ['<script>alert', '<img src=x']) {
      if (page.includes(markup)) throw new Error(`expected ${markup} to be text in the report, found it is markup`);
    }
    const model = await openModel(context, { name: 'odd', version: result.version });
    const table = await readForScoring(model, await listDataset(context, 'datasets/odd/'), { id: names[0] });
    for (const line of predictionsCsv(model, table, names[0]).split('\n')) {
      const [, first = ''] = /^"?((?:[^",]|"")*)/.exec(line) ?? [];
      if (/^[=+\-@\t]/.test(first) && Number.isNaN(Number(first)))
        throw new Error(`expected no formula, found ${line}`);
    }
    predictRecords(model, [JSON.parse(JSON.stringify(Object.fromEntries(names.map((name, i) => [name, rows[0][i]]))))]);
  });
}
