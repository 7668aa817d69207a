import { resolve } from 'node:path';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { asDataPath } from '../../cli/data-path.ts';
import { exitCodeOf } from '../../cli/exit-codes.ts';
import { formatColumns, printable } from '../../cli/output.ts';
import { progressPrinter } from '../../cli/progress.ts';
import { reportPage } from '../../cli/report-page.ts';
import { ConflictError, InputError, NotFoundError, NumericError, StoreError } from '../../lib/core/errors.ts';
import type { JobProgress } from '../../lib/jobs/context.ts';

test('columns are two blanks apart, numbers stand right, and a row may be short', () => {
  expect(formatColumns([['name', 'rows'], ['a', 7], ['long name', 1234], ['b']])).toBe(
    ['name       rows', 'a             7', 'long name  1234', 'b'].join('\n'),
  );
});

test('control characters from data are made visible', () => {
  expect(printable('a\u001b[2Jb\nc\u009b')).toBe('a\ufffd[2Jb\ufffdc\ufffd');
});

test.each([
  [new InputError('x'), 2],
  [new NotFoundError('x'), 2],
  [new NumericError('x'), 2],
  [new ConflictError('x'), 3],
  [new StoreError('x'), 3],
  [new TypeError('x'), 3],
  ['x', 3],
])('%s gives exit code %i', (error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});

test.each([
  ['package.json', './package.json'],
  ['./nothing.csv', './nothing.csv'],
  ['../x.csv', '../x.csv'],
  ['/data/x.csv', '/data/x.csv'],
  ['s3://bucket/x.csv', 's3://bucket/x.csv'],
  ['datasets/no-such-file.csv', 'datasets/no-such-file.csv'],
])('%s means %s: a file where there is one, else a key', (path, meant) => {
  expect(asDataPath(path)).toBe(meant);
});

test('the page lies beside the JSON, in a folder or in a bucket', () => {
  expect(reportPage('runs/a/report.json', 'here')).toBe(resolve('here/runs/a/report.html'));
  expect(reportPage('runs/a/report.json', 's3://bucket/prefix/')).toBe('s3://bucket/prefix/runs/a/report.html');
});

/** What is written of these on a terminal, or into a pipe. */
function printed(progress: JobProgress[], isTTY: boolean): string {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  const print = progressPrinter(Object.assign(stream, { isTTY }) as unknown as NodeJS.WriteStream);
  for (const each of progress) print(each);
  return text;
}

test('who waits is told once as long as nothing changes', () => {
  const waits = { kind: 'waiting', dataset: 'datasets/a/', reason: 'for the object _SUCCESS' } as const;
  const untilMs = new Date(2026, 0, 1, 5, 41, 7).getTime();
  const quiet = { ...waits, reason: 'until nothing was written to it for 60 s', untilMs };
  expect(printed([waits, waits, quiet, quiet, waits], false)).toBe(
    'datasets/a/ waits for the object _SUCCESS\n' +
      'datasets/a/ waits until nothing was written to it for 60 s: at 05:41:07 if nothing more comes\n' +
      'datasets/a/ waits for the object _SUCCESS\n',
  );
});

const step = (number: number, stepLimit?: number): JobProgress => ({
  kind: 'step',
  step: number,
  epoch: 1,
  loss: 0.123456789,
  gradientNorm: 1,
  stepLimit,
});

test('progress into a pipe is a line a thing, and steps grow rare', () => {
  const lines = printed(
    [
      { kind: 'reading', objects: 1, bytes: 2_450_000 },
      { kind: 'read', rows: 53_940, columns: 10, milliseconds: 232 },
      step(100),
      step(1100),
      step(2000),
      { kind: 'trained', solution: 'converged', reason: 'patience', steps: 2_000, milliseconds: 1_420 },
    ],
    false,
  );
  expect(lines.split('\n')).toEqual([
    'Reading 1 object, 2.45 MB',
    'Read 53,940 rows × 10 columns in 232 ms',
    'step 100, epoch 1, loss 0.123457',
    'step 2000, epoch 1, loss 0.123457',
    'Trained 2,000 steps in 1.42 s: converged, patience',
    '',
  ]);
});

test('progress on a terminal is a bar that is drawn over itself', () => {
  expect(printed([step(50, 100)], true)).toBe(
    `\r\x1b[K[${'█'.repeat(15)}${'░'.repeat(15)}] step 50, epoch 1, loss 0.123457 (at most 100 steps)`,
  );
  expect(printed([step(50)], true)).toBe('\r\x1b[Kstep 50, epoch 1, loss 0.123457');
});
