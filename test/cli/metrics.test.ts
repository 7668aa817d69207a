import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { metricsCommand } from '../../cli/commands/metrics.ts';
import { InputError } from '../../lib/core/errors.ts';
import { catalogue, metricsOf } from '../../lib/metrics/catalogue.ts';

const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
afterEach(() => printed.mockClear());
afterAll(() => printed.mockRestore());

async function output(...args: string[]): Promise<string> {
  expect(await metricsCommand.run(args)).toBe(0);
  return printed.mock.calls.join('\n');
}

test('hone metrics lists every metric of the catalogue, or those of a task', async () => {
  const all = (await output()).split('\n').slice(1);
  expect(all.map((line) => line.split(/[[@ ]/)[0])).toEqual(Object.keys(catalogue));
  printed.mockClear();
  const ofTask = (await output('--task', 'ranking')).split('\n').slice(1);
  expect(ofTask.map((line) => line.split(/[[@ ]/)[0])).toEqual(metricsOf('ranking'));
});

test.each(Object.keys(catalogue))(
  'hone metrics %s says its formula, its source and when it is undefined',
  async (name) => {
    const text = await output(name);
    const { formula, source, undefinedWhen, parameters } = catalogue[name];
    for (const part of [formula, source, undefinedWhen, ...Object.keys(parameters)]) expect(text).toContain(part);
  },
);

test('a name with parameters finds its metric; another is refused with the list', async () => {
  expect(await output('ndcg@10')).toContain('NDCG');
  await expect(metricsCommand.run(['gini'])).rejects.toThrow(InputError);
  await expect(metricsCommand.run(['--task', 'sorting'])).rejects.toThrow('found "sorting"');
});
