import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../lib/core/hash.ts';
import { recipe } from '../../lib/core/recipe.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

// These hashes are hone's own output, kept so that a change of a model's bits does not go unnoticed: on another machine,
// on another Node, or by a change of the arithmetic. Such a change must raise the recipe, and then write them anew.
const keptRecipe = 1;

const cases: [string, string, string][] = [
  [
    'linear regression by gd',
    'task: regression\noptimizer: { name: gd, learningRate: 0.1 }\nstop: { steps: 40 }',
    'value',
  ],
  [
    'linear regression of a logarithm by adam in batches',
    'task: regression\nprepare: { target: log }\noptimizer: { name: adam, batchSize: 32 }\nstop: { epochs: 5 }',
    'size1',
  ],
  [
    'logistic regression by sgd with momentum',
    'task: binary\noptimizer: { name: sgd, batchSize: 16, momentum: 0.9 }\nstop: { epochs: 5 }',
    'class',
  ],
  [
    'softmax regression by adam over all rows',
    'task: multiclass\nmodel: { l2: 0.01 }\noptimizer: { name: adam, batchSize: full }\nstop: { steps: 40 }',
    'zone',
  ],
  [
    'an mlp with dropout by adam in batches',
    'task: regression\nmodel: { kind: mlp, hidden: [8, 4], activation: gelu, dropout: 0.2 }\noptimizer: { name: adam, batchSize: 32 }\nstop: { epochs: 3 }',
    'value',
  ],
  [
    'linear regression with l1 by fista',
    'task: regression\nmodel: { l1: 0.01 }\noptimizer: { name: fista }\nstop: { steps: 40 }',
    'value',
  ],
];

const kept: Record<string, string> = {
  'linear regression by gd': '9726713f7c72c53f5fec20336404de973bf54983331c48e55fc738e315723e8e',
  'linear regression of a logarithm by adam in batches':
    '3496beb4b4909a20dc48d30741e153abab607cc4d037bac70c2c012ab322c27c',
  'logistic regression by sgd with momentum': '384ce8703003939db4df2965ddad850dabd45d1d0c89e13969b1996982719954',
  'softmax regression by adam over all rows': '17b6cafce74cf1dae5d63ec313abf58a355654045c00d3408ab41c39b130d4f5',
  'an mlp with dropout by adam in batches': '81a62455c83f8c774536d577e68040ea19d494838340c3723da1b2d563ae158e',
  'linear regression with l1 by fista': 'be6cab06fc7cea624ddc8cbc1b25a45de16feea58109f63f75c962a4305b3434',
};

describe('the bits of a model are those that the recipe names', () => {
  test('the recipe is the one that the hashes were kept for', () => expect(recipe).toBe(keptRecipe));

  test.each(cases)('%s', async (name, rest, target) => {
    const context = testContext();
    await putText(context.store, 'datasets/b/b.csv', sampleCsv(257).replace('size', 'size1').replace(/,0,/g, ',1,'));
    const exclude = ['id', 'value', 'class'].filter((column) => column !== target).join();
    const yaml = `name: b\n${rest}\ndata: { path: datasets/b/, target: ${target}, exclude: [${exclude}] }`;
    const { version } = await runPipeline(context, pipelineOf(yaml));
    const { body } = await context.store.get(`models/b/${version}/model.safetensors`);
    expect(sha256Hex(body)).toBe(kept[name]);
  });
});
