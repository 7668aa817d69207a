import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../lib/core/hash.ts';
import { recipe } from '../../lib/core/recipe.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

// These hashes are hone's own output, kept so that a change of a model's bits does not go unnoticed: on another machine,
// on another Node, or by a change of the arithmetic. Such a change must raise the recipe, and then write them anew.
const keptRecipe = 3;

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
  'linear regression by gd': 'f65cedb7a4c3b8023384129dc9bfbe7028d1260d5d4bd5ae19df75a7283c3b7e',
  'linear regression of a logarithm by adam in batches':
    '4ace0c3e84da3f952816489c1b67e5b165f7e07c7d38e78da39a21f0232be872',
  'logistic regression by sgd with momentum': 'c7f5c4930ea1e77e497497b5f2cde22dab06556de735743d3e0931949f067f59',
  'softmax regression by adam over all rows': '36643aaeab680fc6823294cc9ce6837e6de4c43ae9b542fb088e6d58c9c95511',
  'an mlp with dropout by adam in batches': 'ccef3b5d6a5a1c6fabf867af2dc308561e6ef16e72273fde3251a9bd5ec26dbd',
  'linear regression with l1 by fista': 'a4ad03c9b9739a1cf738f37005641c8c65276f1678f2ec8f3b2c713ab757080f',
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
