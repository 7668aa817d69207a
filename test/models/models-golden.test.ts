import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';
import { modelCases } from '../../scripts/conformance/models.ts';

const shared = new URL('../../../shared/', import.meta.url);
const datasets = fileURLToPath(new URL('datasets/', shared));
const present = existsSync(new URL('golden/models/', shared));

// The datasets are not kept here, and neither are the fitted values that would be of no use without them.
describe.skipIf(!present).each(['regression', 'classification', 'poisson'])(
  '%s (skipped without ../shared)',
  (file) => {
    const golden = present
      ? JSON.parse(readFileSync(new URL(`golden/models/${file}.json`, shared), 'utf8'))
      : { datasets: [] };
    for (const one of modelCases(golden, datasets)) {
      if ('skip' in one) test.skip(`${one.name} (${one.skip})`, () => {});
      else test(one.name, one.run);
    }
  },
);
