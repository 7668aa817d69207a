import { describe, expect, test } from 'vitest';
import { notFoundOf } from '../../lib/registry/not-found.ts';
import { putText } from '../support/jobs.ts';
import { memoryStore } from '../support/memory-store.ts';

async function storeWith(names: Record<string, number>) {
  const store = memoryStore();
  for (const [name, files] of Object.entries(names)) {
    for (let i = 0; i < files; i++) await putText(store, `models/${name}/${String(i).padStart(32, '0')}/f`, '');
  }
  return store;
}

describe('what a model lacks', () => {
  test.each([
    ['houses', 'model houses: expected an alias x, found none'],
    ['huoses', 'model huoses: expected a model of that name, found none. Did you mean "houses"?'],
    ['rain', 'model rain: expected a model of that name, found none; the store has "barns", "houses"'],
  ])('of %s', async (name, message) => {
    const store = await storeWith({ barns: 1, houses: 2 });
    const error = await notFoundOf(store, name, 'expected an alias x, found none');
    expect([error.name, error.message]).toEqual(['NotFoundError', message]);
  });

  test('of a store without models', async () => {
    const error = await notFoundOf(memoryStore(), 'rain', '');
    expect(error.message).toBe('model rain: expected a model of that name, found none; the store has none');
  });

  test('is found out in few requests, also behind a model of thousands of files', async () => {
    const store = await storeWith({ barns: 2500, houses: 1 });
    let lists = 0;
    const counted = {
      ...store,
      list(...asked: Parameters<typeof store.list>) {
        lists++;
        return store.list(...asked);
      },
    };
    const { message } = await notFoundOf(counted, 'house', '');
    expect([message, lists]).toEqual([expect.stringContaining('Did you mean "houses"?'), 3]);
  });
});
