import { expect, test } from 'vitest';
import { readReport } from '../../lib/jobs/reports.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { renderTable } from '../../lib/report/terminal.ts';
import { pipelineOf, putText, testContext } from '../support/jobs.ts';

/** Rows whose class follows from `x` alone where `noise` is 0, and whose level of `zone` decides it for some. */
function rowsOf({ noise, decisive = false }: { noise: number; decisive?: boolean }): string {
  const lines = ['x,zone,class'];
  for (let i = 0; i < 200; i++) {
    const x = Math.sin(i * 12.9898) * 10;
    const zone = i % 5 === 0 ? 'c' : i % 2 === 0 ? 'a' : 'b';
    const flipped = ((i * 37) % 100) / 100 < noise;
    const isUp = decisive && zone === 'c' ? true : x > 0 !== flipped;
    lines.push(`${x.toFixed(4)},${zone},${isUp ? 'up' : 'down'}`);
  }
  return `${lines.join('\n')}\n`;
}

async function warningsOf(csv: string, rest = '', task = 'binary') {
  const context = testContext();
  await putText(context.store, 'datasets/a/a.csv', csv);
  const yaml = `name: a\ntask: ${task}\ndata: { path: datasets/a/, target: class, columns: { x: number } }\n${rest}`;
  const report = await readReport(context, (await runPipeline(context, pipelineOf(yaml))).report);
  return { warnings: report.training?.warnings ?? [], table: renderTable(report, { path: 'x' }), context, report };
}

test.each(['binary', 'multiclass'])(
  'separable classes without a penalty are told of, with what to do, in a %s task',
  async (task) => {
    const { warnings, table, context, report } = await warningsOf(rowsOf({ noise: 0 }), '', task);
    expect(warnings).toEqual([expect.stringMatching(/perfectly separable.*Add model\.l2/)]);
    expect(table).toMatch(/^warning +The classes of the training rows are perfectly/m);
    const page = await context.store.get(`runs/${report.run}/report.html`);
    expect(new TextDecoder().decode(page.body)).toMatch(/<strong>Warning:<\/strong> The classes/);
  },
);

test('a level that decides the class for its rows is told of by its coefficient', async () => {
  const { warnings } = await warningsOf(rowsOf({ noise: 0.2, decisive: true }));
  expect(warnings).toEqual([expect.stringMatching(/^A coefficient of .* part the classes for some rows/)]);
});

test('features that follow from one another are reported, and not mistaken for separable classes', async () => {
  // A date's epoch is all but the sum of its parts; the class hangs on none of them.
  const lines = ['x,day,class'];
  for (let i = 0; i < 400; i++) {
    const day = `${2020 + (i % 5)}-${String(1 + ((i * 7) % 12)).padStart(2, '0')}-${String(1 + ((i * 11) % 28)).padStart(2, '0')}`;
    lines.push(`${(Math.sin(i * 12.9898) * 10).toFixed(4)},${day},${((i * 37) % 100) / 100 < 0.4 ? 'up' : 'down'}`);
  }
  const csv = `${lines.join('\n')}\n`;
  const { warnings } = await warningsOf(csv);
  expect(warnings).toEqual([expect.stringMatching(/^Coefficients up to .* all but cancel one another.*Add model\.l2/)]);
  expect((await warningsOf(csv, 'prepare: { dates: parts }')).warnings).toEqual([]);
});

test.each([
  ['that overlap', rowsOf({ noise: 0.2 }), ''],
  ['under a penalty', rowsOf({ noise: 0 }), 'model: { l2: 0.001 }'],
  ['of a loss that has a minimum', rowsOf({ noise: 0 }), 'model: { loss: squared-hinge }'],
])('classes %s are not', async (_, csv, rest) => {
  expect((await warningsOf(csv, rest)).warnings).toEqual([]);
});
