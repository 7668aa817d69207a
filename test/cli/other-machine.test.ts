import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { folderStore } from '../../lib/store/folder.ts';
import { honeEntry, root, temporaryFolder } from '../support/cli.ts';
import { readVersionFiles } from '../support/version-files.ts';

// The same data and request leave the same version, to the byte, on another kind of machine. HONE_OTHER_NODE is the command
// that starts a Node 24 there: scripts/arm64.sh makes one. Without it nothing is compared.

const other = process.env.HONE_OTHER_NODE?.split(' ');
const folder = temporaryFolder();

/** Numbers, some of them missing, a category, a date, and targets that follow from them. */
function rows(count: number): string {
  const random = seededRandom(5);
  const lines = ['a,b,c,d,e,zone,day,value,class,kind,count,size'];
  for (let row = 0; row < count; row++) {
    const [a, b, c, d, e] = Array.from({ length: 5 }, () => Math.round(random.normal() * 1e4) / 1e3);
    const zone = random.nextInt(3);
    const value = a - 2 * b + c / 3 + (zone === 1 ? 5 : 0) + random.normal();
    const kind = value < -8 ? 'low' : value < 8 ? 'middle' : 'high';
    const day = new Date(Date.UTC(2024, 0, 1 + random.nextInt(700))).toISOString().slice(0, 10);
    const numbers = [a, b, c, random.nextInt(9) === 0 ? '' : d, e];
    const size = Math.abs(value) + 1;
    const said = [value.toFixed(3), value > 1 ? 'yes' : 'no', kind, Math.round(size), size.toFixed(3)];
    lines.push([...numbers, 'xyz'[zone], day, ...said].join());
  }
  return `${lines.join('\n')}\n`;
}

/** LIBSVM: three features in a hundred are written. */
function sparseRows(count: number): string {
  const random = seededRandom(6);
  const lines = Array.from({ length: count }, () => {
    const cells = Array.from({ length: 300 }, (_, i) => i + 1).filter(() => random.nextInt(33) === 0);
    return `${random.nextInt(2)} ${cells.map((i) => `${i}:${(random.normal() + i / 100).toFixed(3)}`).join(' ')}`;
  });
  return `${lines.join('\n')}\n`;
}

const targets = ['value', 'class', 'kind', 'count', 'size'];
const data = (target: string, file = 'few.csv') =>
  `data: { path: ./${file}, target: ${target}, exclude: [${targets.filter((name) => name !== target)}] }`;
const documents: Record<string, string> = {
  'linear, in closed form': `task: regression\n${data('value')}`,
  'linear, of a logarithm, Adam': `task: regression\nprepare: { target: log }\noptimizer: { name: adam }\nstop: { epochs: 3 }\n${data('size')}`,
  'Huber, quantiles, robust scale': `task: regression\nmodel: { loss: huber }\nprepare: { scale: quantile, impute: median, missingIndicator: true }\n${data('value')}`,
  'Poisson, L-BFGS': `task: count\n${data('count')}`,
  'linear with l1, FISTA': `task: regression\nmodel: { l1: 0.01 }\noptimizer: { name: fista }\nstop: { steps: 40 }\n${data('value')}`,
  'logistic, SGD with momentum': `task: binary\noptimizer: { name: sgd, momentum: 0.9 }\nstop: { epochs: 3 }\n${data('class')}`,
  'logistic, Newton, calibrated, its threshold chosen': `task: binary\nmodel: { calibrate: platt }\nevaluate: { threshold: f1 }\noptimizer: { name: newton }\n${data('class')}`,
  'logistic, L-BFGS, 40,000 rows in float32': `task: binary\n${data('class', 'many.csv')}`,
  'logistic, Adam, 40,000 rows': `task: binary\noptimizer: { name: adam }\nstop: { epochs: 2 }\n${data('class', 'many.csv')}`,
  'sparse logistic': 'task: binary\nmodel: { l2: 0.01 }\ndata: { path: ./sparse.libsvm, target: label }',
  'softmax, L-BFGS': `task: multiclass\noptimizer: { name: lbfgs }\nstop: { steps: 30 }\n${data('kind')}`,
  'softmax, Newton': `task: multiclass\noptimizer: { name: newton }\nstop: { steps: 3 }\n${data('kind')}`,
  'mlp, gelu and dropout': `task: multiclass\nmodel: { kind: mlp, hidden: [16, 8], activation: gelu, dropout: 0.2 }\nstop: { epochs: 3 }\n${data('kind')}`,
  'mlp, tanh': `task: regression\nmodel: { kind: mlp, hidden: [12], activation: tanh }\nstop: { epochs: 3 }\n${data('value')}`,
  'a search and folds': `task: binary\nsearch: { kind: grid, over: { model.l2: [0.001, 0.1] }, folds: 3 }\nevaluate: { folds: 2 }\n${data('class')}`,
};

/** Trains on a Node, and answers the hash of each file of the version. */
async function trainOn(command: string[], title: string): Promise<Record<string, string>> {
  const path = join(folder, `${title}.yml`);
  const store = join(folder, `${title} on ${command.length}`);
  writeFileSync(path, `name: t\n${documents[title]}\n`);
  const [program, ...rest] = [...command, honeEntry, 'run', path, '--json', '--store', store];
  const { status, stderr, stdout } = spawnSync(program, rest, { cwd: root, encoding: 'utf8' });
  if (status !== 0 && status !== 1) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return readVersionFiles(folderStore(store), 't', JSON.parse(stdout).version);
}

describe.skipIf(!other)('another machine leaves the same version, to the byte', () => {
  beforeAll(() => {
    writeFileSync(join(folder, 'few.csv'), rows(3_000));
    writeFileSync(join(folder, 'many.csv'), rows(45_000));
    writeFileSync(join(folder, 'sparse.libsvm'), sparseRows(2_000));
  });

  test.each(Object.keys(documents))('%s', { timeout: 300_000 }, async (title) => {
    const here = await trainOn([process.execPath], title);
    expect(Object.keys(here)).toContain('model.safetensors');
    expect(await trainOn(other ?? [], title)).toEqual(here);
  });
});
