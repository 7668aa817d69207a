import { expect, test } from 'vitest';
import { readCard } from '../../lib/jobs/cards.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { getText } from '../../lib/store/text.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

const yaml = (card: string) => `
name: houses
task: regression
data: { path: datasets/houses/, target: value }
${card}
`;

test('a training leaves a model card, and changed words make another card of the same version', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/houses/a.csv', sampleCsv(80));
  const first = await runPipeline(context, pipelineOf(yaml('card: { owner: Ada, licence: CC0 }')));
  expect(await getText(context.store, `runs/${first.run}/model-card.md`)).toContain('**Owner:** Ada');

  const second = await runPipeline({ ...context, memory: new Map() }, pipelineOf(yaml('card: { owner: Grace }')));
  expect(second).toMatchObject({ version: first.version, status: 'found' });
  expect(second.run).not.toBe(first.run);
  const { version, text } = await readCard(context, { name: 'houses', version: first.version });
  expect(version).toBe(first.version);
  expect(text).toContain('**Owner:** Grace');
  expect(text).toContain('# Model card: houses');
});

test('a model without a card is an error that says what writes one', async () => {
  const choice = { name: 'houses', version: '0'.repeat(32) };
  await expect(readCard(testContext(), choice)).rejects.toThrow(/expected a model card of version 0+, found none/);
});
