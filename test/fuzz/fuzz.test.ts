import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { KeptFind } from './fuzz.ts';
import { inputSeed, seededRandom } from './seeded-random.ts';
import { type Target, targets } from './targets.ts';

const made = new Map<string, Promise<Target>>();
const targetOf = (name: string): Promise<Target> => {
  const target = made.get(name) ?? targets[name]();
  made.set(name, target);
  return target;
};

describe('what did harm once does none now', () => {
  const folder = fileURLToPath(new URL('finds/', import.meta.url));
  test.each(readdirSync(folder))('%s', async (file) => {
    const { target, input } = JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as KeptFind;
    expect(['taken', 'refused']).toContain(await (await targetOf(target)).attempt(Buffer.from(input, 'base64')));
  });
});

test.each(Object.keys(targets))('%s: hostile inputs do no harm', async (name) => {
  const target = await targetOf(name);
  const endMs = performance.now() + 300;
  for (let index = 0; index < 200 && performance.now() < endMs; index++) {
    const input = await target.input(seededRandom(inputSeed(20_261_123, index)));
    const verdict = await target.attempt(input).catch((error: unknown) => error);
    expect(['taken', 'refused'], `${name}, input ${index}: ${(verdict as Error).stack}`).toContain(verdict);
  }
});

test('an input is decided by its seed and index alone', async () => {
  for (const name of ['read csv', 'handler api', 'predict rows']) {
    const target = await targetOf(name);
    const inputOf = async (index: number) =>
      Buffer.from(await target.input(seededRandom(inputSeed(7, index)))).toString('hex');
    expect(await inputOf(3)).toBe(await inputOf(3));
    expect(await inputOf(3)).not.toBe(await inputOf(4));
  }
});
