import { exp } from '../../core/elementary.ts';

/** Whether a text is one JSON document (RFC 8259), white space around it allowed: 1 or 0. */
export function jsonValidityScore(text: string): number {
  try {
    JSON.parse(text);
    return 1;
  } catch {
    return 0;
  }
}

/**
 * How surprised a model was at each token, as the number of equally likely ones it chose among: from 1, lower is better.
 *
 * e to the minus mean over all tokens of the corpus. NaN without tokens.
 *
 * @param logProbabilities of each token given those before it, in nats; as many lists as texts
 * @example perplexity([[Math.log(0.25), Math.log(0.25)]]) // 4
 */
export function perplexity(logProbabilities: readonly ArrayLike<number>[]): number {
  let [sum, count] = [0, 0];
  for (const tokens of logProbabilities) {
    for (let i = 0; i < tokens.length; i++) sum += tokens[i];
    count += tokens.length;
  }
  return exp(-sum / count);
}
