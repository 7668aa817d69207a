import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { checkPipeline } from '../../lib/pipeline/check-pipeline.ts';
import { contentRequest } from '../../lib/pipeline/content-request.ts';
import { parseDuration } from '../../lib/pipeline/duration.ts';
import { parseEither, parsePipeline } from '../../lib/pipeline/parse.ts';
import { resolvePipeline } from '../../lib/pipeline/resolve.ts';

const minimal = 'name: houses\ntask: regression\ndata: { path: datasets/houses/, target: price }\n';

const messageOf = (text: string): string => {
  try {
    resolvePipeline(parsePipeline(text, 'houses.yml'));
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error('was accepted');
};

test('a document needs a name, a task, a path and a target, and nothing else', () => {
  expect(parsePipeline(minimal, 'houses.yml')).toEqual({
    name: 'houses',
    task: 'regression',
    data: { path: 'datasets/houses/', target: 'price' },
  });
});

test('JSON is read as well as YAML', () => {
  const document = { name: 'h', task: 'binary', data: { path: 'd/', target: 't' } };
  expect(parsePipeline(JSON.stringify(document, null, 2), 'h.json')).toEqual(document);
});

test('every default that is applied is listed, and a field that is given is not', () => {
  const all = resolvePipeline(parsePipeline(minimal, 'houses.yml')).defaults.map(({ path }) => path);
  expect(all).toEqual([
    'data.format',
    'data.encoding',
    'data.header',
    'data.split.test',
    'data.split.by',
    'data.split.seed',
    'data.ready.quiet',
    'data.badRows',
    'data.infinite',
    'prepare.scale',
    'prepare.impute',
    'prepare.target',
    'model.kind',
    'model.loss',
    'model.l2',
    'model.l1',
    'optimizer.name',
    'stop',
    'evaluate.gates',
    'evaluate.metrics',
  ]);
  const given = resolvePipeline(parsePipeline(`${minimal}optimizer: { name: gd, learningRate: 0.5 }\n`, 'houses.yml'));
  expect(given.defaults.map(({ path }) => path).filter((path) => path.startsWith('optimizer'))).toEqual([]);
  expect(given.request.optimizer).toMatchObject({ name: 'gd', learningRate: 0.5, batchSize: 'full' });
});

describe('a wrong document is refused with the file, the line, the path, what was expected and what was found', () => {
  test.each([
    ['stop: { epoch: 3 }', 'houses.yml, line 4, stop.epoch: expected no such key, found it. Did you mean "epochs"?'],
    ['prepar: {}', 'line 4, prepar: expected no such key, found it. Did you mean "prepare"?'],
    ['optimizer: { name: gd, learningrate: 1 }', 'found it. Did you mean "learningRate"?'],
    [
      'prepare: { columns: { a: { imptue: mean } } }',
      'prepare.columns.a.imptue: expected no such key, found it. Did you mean "impute"?',
    ],
    ['schedule: { every: 1 h, since: 3 }', 'schedule.since: expected no such key, found it; known here: every'],
    [
      'evaluate: { gates: [{ metric: rmse, atMost: 5, rows: 3 }] }',
      'gates[0].rows: expected no such key, found it; known here: metric, atMost, slice, confidence, atLeastRows\n',
    ],
    [
      'model: { kind: mpl }',
      'model.kind: expected one of "linear", "logistic", "softmax", "mlp", found "mpl". Did you mean "mlp"?',
    ],
    ['prepare: { scale: standart }', 'found "standart". Did you mean "standard"?'],
    ['evaluate: { slicing: [a] }', 'houses.yml, line 4, evaluate.slicing: expected no such key, found it'],
    ['optimizer: { name: adm }', 'line 4, optimizer.name: expected one of "auto", "gd", "sgd", '],
    [
      'optimizer: { name: adam, learningRate: 0 }',
      'line 4, optimizer.learningRate: expected a number above 0, found 0',
    ],
    ['schedule: { every: 30 min }', 'line 4, schedule.every: expected one hour or more, found "30 min"'],
    ['schedule: { every: often }', 'line 4, schedule.every: expected a duration such as'],
    [
      'evaluate: { gates: [{ metric: rmse }] }',
      'evaluate.gates[0]: expected a limit, which is one of atMost, atLeast, noWorseThan, found none',
    ],
    [
      'evaluate: { gates: [{ metric: rmse, min: 1, max: 2 }] }',
      'evaluate.gates[0]: expected a limit, which is one of atMost, atLeast, noWorseThan, found "min", "max"',
    ],
    [
      'evaluate: { gates: [{ metric: rmse, atLeast: 1, atMost: 2 }] }',
      'evaluate.gates[0]: expected one limit, found atMost and atLeast: write a gate for each of them',
    ],
    [
      'evaluate: { gates: [{ metric: rmse, atMost: low }] }',
      'evaluate.gates[0].atMost: expected a number, found "low"',
    ],
    [
      'prepare: { scale: 3 }',
      'prepare.scale: expected one of "standard", "minMax", "robust", "quantile", "none", or an object, found 3',
    ],
    [
      'prepare: { scale: { kind: minMax, range: [1, 0] } }',
      'prepare.scale.range: expected two numbers, the second above',
    ],
    [
      'prepare: { impute: { constant: none } }',
      'prepare.impute.constant: expected a number for all columns of numbers',
    ],
    ['prepare: { columns: { a: { encode: words } } }', 'prepare.columns.a.encode: expected one of "oneHot", "ordinal"'],
    ['model: { kind: logistic }', 'model.kind: expected linear or mlp for task regression, found logistic'],
    ['model: [', 'houses.yml, line 5, column 1: expected YAML or JSON'],
    [
      'model: a: b',
      'houses.yml, line 4, column 8: expected YAML or JSON, found Nested mappings are not allowed in compact mappings',
    ],
    ['name: again', 'houses.yml, line 4, column 1: expected YAML or JSON, found Map keys must be unique'],
  ])('%s', (line, expected) => expect(`${messageOf(`${minimal}${line}\n`)}\n`).toContain(expected));

  test.each([
    ['', 'expected a pipeline document with name, task and data, found nothing'],
    ['- a', 'expected a pipeline document with name, task and data, found a list'],
    ['name: ../x\ntask: regression\ndata: { path: a, target: t }', 'line 1, name: expected a name of letters'],
    [
      'name: x\ntask: counts\ndata: { path: a, target: t }',
      'line 2, task: expected one of "regression", "count", "binary", "multiclass"',
    ],
    [
      'name: x\ntask: regression\ndata: { path: a, target: t, split: half }',
      'data.split: expected "none", or an object, found "half"',
    ],
    [
      'name: x\ntask: regression\ndata: { path: a, target: t, split: { test: 1 } }',
      'data.split.test: expected a number below 1, found 1',
    ],
    [
      'name: x\ntask: regression\ndata: { path: a, target: t, include: [a], exclude: [b] }',
      'data: expected include or exclude, found both',
    ],
    [
      'name: x\ntask: multiclass\ndata: { path: a, target: t, positive: 1 }',
      'data.positive: expected it only with task binary',
    ],
    ['name: x\ntask: regression\ndata: { target: t }', 'line 3, data.path: expected a string, found nothing'],
    ['a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: [*c,*c,*c,*c]', 'at most 20 uses of an anchor'],
  ])('%j', (text, expected) => expect(messageOf(text)).toContain(expected));
});

test('an empty list of columns to exclude is the same as none, and is allowed with columns to include', () => {
  const asked = (data: string) =>
    resolvePipeline(parsePipeline(`name: x\ntask: regression\ndata: { path: a, target: t${data} }\n`, 'x.yml'));
  expect(asked(', exclude: []')).toEqual(asked(''));
  expect(asked(', include: [b], exclude: []')).toEqual(asked(', include: [b]'));
});

test('a document that is too long is not read', () => {
  expect(messageOf(' '.repeat(300_000))).toContain('at most 262144 characters, found 300000');
});

test('all problems of a document are named at once', () => {
  const message = messageOf('name: 3\ntask: no\ndata: { path: 1, target: 2.5 }');
  expect(message.split('\n')).toHaveLength(4);
});

test('a document that arrives as an object is checked the same', () => {
  expect(() => checkPipeline({ name: 'x', task: 'binary' }, 'request body')).toThrow(
    'request body, data: expected an object, found nothing',
  );
});

test('keys that objects inherit can be columns, and pollute nothing', () => {
  const text = `${minimal.replace(' }', ', columns: { __proto__: number, constructor: category } }')}`;
  const { columns } = resolvePipeline(parsePipeline(text, 'x')).request.data;
  expect(Object.entries(columns)).toEqual([['constructor', 'category']]);
  expect(Object.getPrototypeOf({})).toBe(Object.prototype);
});

test('where the data lies, when it is complete and how often it is looked at are no part of the content', () => {
  const resolve = (text: string) => contentRequest(resolvePipeline(parsePipeline(text, 'x')).request);
  const elsewhere =
    'name: houses\ntask: regression\ndata: { path: ./x.csv, target: price, ready: { marker: _DONE } }\nschedule: { every: 1 day }';
  expect(resolve(elsewhere)).toEqual(resolve(minimal));
  expect(resolve(`${minimal}model: { l2: 1 }`)).not.toEqual(resolve(minimal));
});

test.each([
  ['60 s', 60_000],
  ['1 day', 86_400_000],
  ['1.5 hours', 5_400_000],
  ['12h', 43_200_000],
  ['2 weeks', 1_209_600_000],
  ['soon', undefined],
  ['-1 s', undefined],
  ['1 month', undefined],
  ['', undefined],
])('the duration %j is %j ms', (text, expected) => expect(parseDuration(text)).toBe(expected));

test('every example parses', () => {
  const folder = new URL('../../examples/', import.meta.url);
  const documents = readdirSync(folder).filter((name) => name.endsWith('.yml'));
  expect(documents.length).toBeGreaterThan(0);
  for (const name of documents) {
    const parsed = parseEither(readFileSync(new URL(name, folder), 'utf8'), name);
    if (parsed.kind === 'pipeline') expect(() => resolvePipeline(parsed.document)).not.toThrow();
  }
});

test.each([['data: &d { path: *d, target: y }'], ['data: &d { path: x, target: y, columns: *d }']])(
  'an anchor used within itself is refused: %s',
  (data) => {
    expect(() => parsePipeline(`name: x\ntask: regression\n${data}`, 'x.yml')).toThrow(
      'x.yml: expected a tree, found an anchor that is used within itself',
    );
  },
);

test.each(['.inf', '-.inf', '.nan'])('%s is named as it is written in a message', (number) => {
  const text = `name: x\ntask: regression\ndata: { path: x, target: y }\nmodel: { l2: ${number} }`;
  expect(() => parsePipeline(text, 'x.yml')).toThrow(/l2: expected .*, found (-?Infinity|NaN)$/);
});

test('a target is told by a word, or with its clipping; the same wish makes the same request', () => {
  const resolve = (rest: string) => resolvePipeline(parsePipeline(`${minimal}${rest}`, 'houses.yml')).request;
  expect(resolve('prepare: { target: { transform: log } }')).toEqual(resolve('prepare: { target: log }'));
  expect(resolve('prepare: { target: { clip: { quantiles: [0.01, 0.99] } } }').prepare).toEqual({
    scale: 'standard',
    impute: 'mean',
    target: 'standard',
    clip: { quantiles: [0.01, 0.99] },
  });
});

test('what a document does not ask for leaves no trace in the request, so that its version keeps its name', () => {
  const { request } = resolvePipeline(parsePipeline(minimal, 'houses.yml'));
  expect(request.prepare).toEqual({ scale: 'standard', impute: 'mean', target: 'standard' });
  expect(request.data.split).toEqual({ test: 0.2, by: 'hash', seed: 0 });
});

test.each([
  ['by: time', 'data.split.column: expected a column to split by time, found none'],
  ['by: group', 'data.split.column: expected a column to split by group, found none'],
  ['by: random, column: a', 'data.split.column: expected it only by hash, time or group, found by random'],
])('a split %s is refused', (split, message) => {
  const text = `name: x\ntask: regression\ndata: { path: a, target: t, split: { ${split} } }`;
  expect(messageOf(text)).toContain(message);
});

describe('a document with predictions in the place of data', () => {
  const text = 'name: vendor\ntask: ranking\npredictions: { path: datasets/vendor/ }\n';

  test('evaluates them', () => {
    expect(parseEither(text, 'vendor.yml')).toEqual({
      kind: 'predictions',
      document: { name: 'vendor', task: 'ranking', predictions: { path: 'datasets/vendor/' } },
    });
  });

  test.each([
    ['an unknown key', text.replace('path:', 'paths: 1, path:'), 'vendor.yml, line 3, predictions'],
    ['a task that is none', text.replace('ranking', 'guessing'), 'vendor.yml, line 2, task'],
    ['a target to train on', `${text}data: { path: x, target: y }\n`, 'vendor.yml'],
    ['a gate without a bound', `${text}evaluate: { gates: [{ metric: map }] }\n`, 'vendor.yml, line 4, evaluate.gates'],
    ['a schedule under one hour', `${text}schedule: { every: 5 min }\n`, 'one hour or more'],
  ])('refuses %s, with its place', (_, wrong, where) => {
    expect(() => parseEither(wrong, 'vendor.yml')).toThrow(where);
  });

  test('is not a pipeline to train', () => {
    expect(() => parsePipeline(text, 'vendor.yml')).toThrow('vendor.yml');
  });
});

test('columns of data without a header may be written as the numbers that they are', () => {
  const { request } = resolvePipeline(
    parsePipeline(
      `name: x
task: regression
data: { path: a, header: false, target: 8, weight: 7, exclude: [0, '1'], split: { by: group, column: 2 } }`,
      'x.yml',
    ),
  );
  expect(request.data).toMatchObject({ target: '8', weight: '7', exclude: ['0', '1'], split: { column: '2' } });
});

test.each([
  ['1.5', '1.5'],
  ['[1]', '[1]'],
])('%s is not the name of a column', (written, found) => {
  expect(messageOf(`name: x\ntask: regression\ndata: { path: a, target: ${written} }\n`)).toBe(
    `houses.yml, line 3, data.target: expected the name of a column, or its position from 0 in a file without a header, found ${found}`,
  );
});

test('a column can not be the target and the weight, however it is written', () => {
  expect(messageOf(`name: x\ntask: regression\ndata: { path: a, target: 8, weight: '8' }\n`)).toContain(
    'data.weight: expected another column than the target, found 8',
  );
});
