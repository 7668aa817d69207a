import { expect, test } from 'vitest';
import { metricNames } from '../../lib/jobs/evaluate-rows.ts';
import { checkGates } from '../../lib/jobs/gates/check-gates.ts';

const gate = { metric: 'ece@bins=5', atMost: 0.1 };

test('a metric that a gate spells otherwise is measured once, and the gate finds it', () => {
  const names = metricNames({
    task: 'binary',
    evaluate: { metrics: ['auc', 'ece@5', 'ece'], gates: [gate] },
  } as never);
  expect(names).toEqual(['auc', 'ece@5', 'ece']);

  const inputs = { rowCount: 100, baseline: {}, champion: undefined };
  const verdict = (value: number) =>
    checkGates([gate], { ...inputs, metrics: { ece: { value: 0 }, 'ece@5': { value } } }).gates[0];
  expect(verdict(0.05)).toMatchObject({ verdict: 'pass', found: 0.05, metric: 'ece@bins=5' });
  expect(verdict(0.2).sentence).toBe('Expected calibration error (bins 5): expected at most 0.1, found 0.2.');
  expect(verdict(0.2).verdict).toBe('fail');
});
