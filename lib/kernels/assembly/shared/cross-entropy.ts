import { exp } from './exponential';
import { log1p } from './logarithm';

/** A row's loss; its scores are rewritten as their slopes. As lib/losses/cross-entropy.ts, to the same bits. */
export function crossEntropy(scores: usize, truth: i32, outputs: i32, smoothing: f64): f64 {
  const end = scores + (<usize>outputs << 3);
  let top = scores;
  for (let at = scores + 8; at < end; at += 8) if (load<f64>(at) > load<f64>(top)) top = at;
  const shift = load<f64>(top);
  const truthAt = scores + (<usize>truth << 3);
  const behind = shift - load<f64>(truthAt);
  const share = smoothing / <f64>outputs;
  let others: f64 = 0;
  for (let at = scores; at < end; at += 8) {
    const power = exp(load<f64>(at) - shift);
    if (at != top) others += power;
    if (smoothing == 0) store<f64>(at, power);
  }
  if (smoothing > 0) {
    let loss = (1 - smoothing) * behind + log1p(others);
    for (let at = scores; at < end; at += 8) {
      const score = load<f64>(at);
      loss += share * (shift - score);
      store<f64>(at, exp(score - shift) / (1 + others) - (at == truthAt ? 1 - smoothing + share : share));
    }
    return loss;
  }
  const total = 1 + others;
  let rest: f64 = 0;
  for (let at = scores; at < end; at += 8) {
    const slope = load<f64>(at) / total;
    store<f64>(at, slope);
    if (at != truthAt) rest += slope;
  }
  store<f64>(truthAt, -rest);
  return behind + log1p(others);
}
