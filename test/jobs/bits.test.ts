import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../lib/core/hash.ts';
import { recipe } from '../../lib/core/recipe.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

// These hashes are hone's own output, kept so that a change of a model's bits does not go unnoticed: on another machine,
// on another Node, or by a change of the arithmetic. Such a change must raise the recipe, and then write them anew.
const keptRecipe = 2;

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
  'linear regression by gd': '3f7ee9c3b7fb906cb276782691e0b654dac5b773b75b23b7a6cba71563b00b8f',
  'linear regression of a logarithm by adam in batches':
    '4f6e159215c92ab585d6cc3b0a6efc3542a574f2dcbf90291af43b8a7d7c9afe',
  'logistic regression by sgd with momentum': '7bcdc6625e6717823030774e80cfed5e8f1a632455a18b4bf6c5d62b03c36dd9',
  'softmax regression by adam over all rows': '6fbdba2aa4effe7ef83fcc883d2bf51c3a2dafd38baf16a315781d3c0601ca93',
  'an mlp with dropout by adam in batches': '445dae6ed0550cc037f1b99bd81eeb97b35d1cd9a66e9ccc85180835ed5cd491',
  'linear regression with l1 by fista': '18ab481e5cb5bc405b1cabacef5843a288f4282e6133b50fbdf46e38f5106dd5',
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
