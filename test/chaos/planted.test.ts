import { expect, test } from 'vitest';
import { sha256Hex } from '../../lib/core/hash.ts';
import type { Manifest } from '../../lib/registry/manifest.ts';
import type { Store, StoredObject } from '../../lib/store/store.ts';
import { killEverywhere } from '../../scripts/chaos/kills/kill-everywhere.ts';
import { runRaces } from '../../scripts/chaos/races.ts';
import { tellHistory } from '../../scripts/chaos/simulation/history.ts';
import type { Plants } from '../../scripts/chaos/simulation/lambda.ts';
import type { Weather } from '../../scripts/chaos/simulation/weather.ts';

/** The promises that histories break with a fault planted in the service, the first that does counting. */
async function found(plants: Plants, weather?: Partial<Weather>): Promise<string[]> {
  for (let seed = 1; seed <= 60; seed++) {
    const { breaches } = await tellHistory(seed, { plants, weather });
    if (breaches.length > 0) return breaches.map(({ promise }) => promise);
  }
  return [];
}

/** What races say of a fault that is planted in the service, the first round that says anything counting. */
async function foundByRaces(plants: Plants): Promise<string> {
  for (let seed = 1; seed <= 20; seed++) {
    const { failures } = await runRaces({ seed, short: true }, { plants });
    if (failures.length > 0) return failures.join('\n');
  }
  return '';
}

test('a missing condition on a write is found', async () => {
  const store = (given: Store): Store => ({
    ...given,
    put: (key, body, options) =>
      given.put(key, body, key.includes('/aliases/') ? { contentType: options?.contentType } : options),
  });
  expect(await foundByRaces({ store })).toMatch(/an alias forgets nothing|no older model|champion went from/);
});

test('a rename that is not atomic is found', async () => {
  const victim = new URL('./careless-victim.ts', import.meta.url);
  const { failures } = await killEverywhere({ seed: 1, short: true }, { victim });
  expect(failures.join('\n')).toMatch(/is there, and is not what it should be|differs/);
});

test('an ignored checksum is found', async () => {
  // Whatever bytes come, the manifest is made to name them.
  const store = (given: Store): Store => {
    const models = new Map<string, Promise<StoredObject | undefined>>();
    return {
      ...given,
      async get(key, options) {
        const modelKey = key.replace('manifest.json', 'model.safetensors');
        // The model may be read beside its manifest.
        if (modelKey !== key) {
          const found = given.get(modelKey).catch(() => undefined);
          models.set(modelKey, found);
        }
        const object = (await models.get(key)) ?? (await given.get(key, options));
        if (modelKey === key) return object;
        const model = await models.get(modelKey);
        return model ? renamed(object, model) : object;
      },
    };
  };
  expect(await found({ store }, { rotten: 0.3 })).toContain('what is registered was trained');
});

test('a lost retry is found', async () => {
  const handler: Plants['handler'] = (name, given) =>
    name === 'dataset-created' ? (event, invocation) => given(event, invocation).catch(() => []) : given;
  expect(await found({ handler }, { refused: 0.3 })).toContain('no dataset is forgotten');
});

test('a stale alias read is found', async () => {
  const store = (given: Store, functionName: string): Store => {
    const kept = new Map<string, StoredObject>();
    return {
      ...given,
      async get(key, options) {
        if (functionName !== 'api' || !key.includes('/aliases/')) return given.get(key, options);
        const object = kept.get(key) ?? (await given.get(key, options));
        kept.set(key, object);
        return object;
      },
    };
  };
  expect(await foundByRaces({ store })).toContain('predictions follow champion');
});

function renamed(object: StoredObject, model: StoredObject): StoredObject {
  const manifest = JSON.parse(new TextDecoder().decode(object.body)) as Manifest;
  manifest.files['model.safetensors'].sha256 = sha256Hex(model.body);
  return { ...object, body: new TextEncoder().encode(JSON.stringify(manifest)) };
}
