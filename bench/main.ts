// `npm run bench`: measures hone beside what a user would pick instead, and beside the limit of the machine, in one run.
// `npm run bench -- --only ID,ID --rounds N` measures a part. The table is printed, and kept as bench/results.json.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchData } from './data.ts';
import { type Experiment, type Measurement, type Row, run } from './experiment.ts';
import { metrics } from './experiments/metrics.ts';
import { reading } from './experiments/reading.ts';
import { serving } from './experiments/serving.ts';
import { training } from './experiments/training.ts';
import { wholeCommand } from './experiments/whole.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string' },
    data: { type: 'string', default: join(tmpdir(), 'hone-bench-data') },
  },
});

const data = benchData(options.data);
const experiments: Experiment[] = [wholeCommand, reading, training, metrics, serving].flatMap((make) => make(data));
const chosen = options.only?.split(',');
const unknown = chosen?.filter((id) => !experiments.some((experiment) => experiment.id === id)) ?? [];
if (unknown.length > 0) {
  console.error(`expected ids among ${experiments.map(({ id }) => id).join(', ')}, found ${unknown.join(', ')}`);
  process.exit(2);
}

const rows: (Row & { id: string })[] = [];
for (const experiment of experiments) {
  if (chosen && !chosen.includes(experiment.id)) continue;
  console.error(`${experiment.title} …`);
  const rounds = options.rounds === undefined ? undefined : Number(options.rounds);
  for (const row of await run(experiment, { rounds })) rows.push({ id: experiment.id, ...row });
}

const machine = {
  processor: cpus()[0].model,
  cores: availableParallelism(),
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  commit: commitOf(),
  date: new Date().toISOString(),
};
if (!chosen) {
  const path = fileURLToPath(new URL('results.json', import.meta.url));
  writeFileSync(path, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
}
console.log(table(rows));
console.log(`\n${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GiB, Node ${machine.node}`);
const short = rows.filter(({ verdict }) => verdict === 'short');
const missing = rows.filter(({ verdict }) => verdict === 'missing');
if (missing.length > 0)
  console.log(`\nNot measured:\n${missing.map((row) => `- ${row.what}: no ${row.missing}`).join('\n')}`);
console.log(
  short.length === 0
    ? '\nEvery row that was measured reaches "at least".'
    : `\nUnder "at least":\n${short.map((row) => `- ${row.what}: ${figure(row)}, wanted ${bound(row, row.atLeast)}`).join('\n')}`,
);

function table(rows: Row[]): string {
  const cells = [
    ['what', 'hone: best (median)', 'other: best (median)', 'ratio', 'at least', 'aim', ''],
    ...rows.map((row) => [
      row.what,
      measurement(row.honeFigure, row.unit),
      measurement(row.otherFigure, row.unit),
      figure(row),
      bound(row, row.atLeast),
      bound(row, row.aim),
      row.verdict,
    ]),
  ];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  const lines = cells.map((line) => `| ${line.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`);
  lines.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  return lines.join('\n');
}

function figure(row: Row): string {
  return row.ratio === undefined ? '–' : bound(row, Number(row.ratio.toPrecision(3)));
}

/** A ratio to another contender's figure or, without one, a figure of hone's own. */
function bound({ against, unit }: Row, value: number | undefined): string {
  if (value === undefined) return '–';
  return against === undefined ? quantity(value, unit) : unit === 'GB/s' ? `${Math.round(value * 100)} %` : `${value}×`;
}

function measurement(found: Measurement | undefined, unit: string): string {
  if (!found) return '–';
  return `${quantity(found.best, unit)} (${quantity(found.median, unit)})`;
}

function quantity(value: number, unit: string): string {
  const [scale, name] =
    unit === 's' && value < 1 ? [1000, 'ms'] : value >= 1e6 ? [1e-6, `M ${unit}`] : [1, unit === 'x' ? '×' : unit];
  return `${Number((value * scale).toPrecision(3))} ${name}`.trim();
}

function commitOf(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
