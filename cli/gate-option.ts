import { InputError } from '../lib/core/errors.ts';
import type { PredictionsGate } from '../lib/pipeline/predictions-schema.ts';

/** Such as `auc>=0.8`, `auc>=baseline` or `rmse<=against+2%`; then ` at 95%`, ` from 1000 rows` and ` on slices`. */
const gatePattern =
  /^\s*([A-Za-z]\w*(?:@[^\s<>]+)?)\s*(>=|<=)\s*(?:(baseline|against)(?:\s*([+-])\s*(\d+(?:\.\d+)?)%)?|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))(?:\s+at\s+(\d+(?:\.\d+)?)%)?(?:\s+from\s+(\d+)\s+rows)?(\s+on\s+slices)?\s*$/;

/**
 * Reads a gate as it is written on the command line.
 *
 * Before `baseline` or `against` both signs mean "no worse than"; whether higher or lower is better depends on the metric.
 *
 * @throws InputError when the text is no gate
 */
export function readGate(text: string): PredictionsGate {
  const found = gatePattern.exec(text);
  if (!found) {
    throw new InputError(`hone evaluate, --gate: expected such as auc>=0.8, found ${JSON.stringify(text)}`, {
      advice:
        'A metric, >= or <=, and a number, baseline or against, these with -2% for how much worse it may be; then ' +
        '"at 95%" for significance, "from 1000 rows", "on slices"',
    });
  }
  const [, metric, sign, rival, , by, bound, confidence, rows, slices] = found;
  const certainty = {
    ...(confidence !== undefined && { confidence: readShare(confidence, text) }),
    ...(rows !== undefined && { atLeastRows: Number(rows) }),
  };
  if (rival !== undefined) {
    if (slices)
      throw new InputError(
        `hone evaluate, --gate: expected a number for a gate on slices, found ${JSON.stringify(text)}`,
      );
    const noWorseThan = rival as 'baseline' | 'against';
    return { metric, noWorseThan, ...(by !== undefined && { by: Number(by) / 100 }), ...certainty };
  }
  const limit = sign === '>=' ? { atLeast: Number(bound) } : { atMost: Number(bound) };
  return { metric, ...limit, ...certainty, ...(slices && { slices: true }) };
}

function readShare(percent: string, text: string): number {
  const share = Number(percent) / 100;
  if (share > 0 && share < 1) return share;
  throw new InputError(
    `hone evaluate, --gate: expected a confidence between 0% and 100%, found ${JSON.stringify(text)}`,
  );
}
