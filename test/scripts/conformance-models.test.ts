import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Group } from '../../scripts/conformance/group.ts';
import { mlp } from '../../scripts/conformance/groups/mlp.ts';
import { neural } from '../../scripts/conformance/groups/neural.ts';
import mlpGolden from '../golden/mlp.json' with { type: 'json' };
import neuralGolden from '../golden/nn_losses_activations.json' with { type: 'json' };

const folder = fileURLToPath(new URL('../../../shared/datasets/', import.meta.url));
const datasets = existsSync(folder) ? folder : undefined;

const resultsOf = (group: Group, golden: unknown) =>
  [...group.check(golden, { path: '', datasets })].filter(({ result }) => result !== 'skipped');

describe.each([
  { group: neural, golden: neuralGolden, least: 18 },
  // Without ../shared the dataset is missing, and every net is skipped.
  { group: mlp, golden: mlpGolden, least: datasets ? 8 : 0 },
])('$group.name', ({ group, golden, least }) => {
  test('the library passes every case that it knows', () => {
    const results = resultsOf(group, golden);
    expect(results.filter(({ result }) => result === 'failed')).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(least);
  });

  test('each case fails when what it expects is changed in the tenth digit', () => {
    for (const { name, result } of resultsOf(group, changed(golden))) expect(result, name).toBe('failed');
  });
});

/** Fields that are what a case starts from, not what it expects. */
const given = new Set(['inputs', 'target', 'class_weights', 'initial_params', 'options', 'sizes', 'activation_inputs']);

function changed(golden: unknown): unknown {
  if (typeof golden === 'number') return golden * (1 + 2e-10);
  if (Array.isArray(golden)) return golden.map(changed);
  if (typeof golden !== 'object' || golden === null) return golden;
  return Object.fromEntries(
    Object.entries(golden).map(([key, value]) => [key, given.has(key) ? value : changed(value)]),
  );
}
