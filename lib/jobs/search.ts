import { NumericError } from '../core/errors.ts';
import { metricNamed } from '../metrics/catalogue.ts';
import { type SearchRequest, type Trial, trialsOf } from '../pipeline/resolve.ts';
import { describeFields } from '../pipeline/trials.ts';
import { formatCount, formatNumber, formatShare } from '../report/format.ts';
import type { Metrics, ScoredTrial, SearchResult } from '../report/report.ts';
import { putJson } from '../store/json.ts';
import type { Context } from './context.ts';
import { prepare } from './prepare.ts';
import { type RunRequest, runKey } from './runs.ts';
import { foldsOf, scoreFolds } from './score-folds.ts';
import { meanAndDeviation } from './spread.ts';
import { readSearch } from './winner.ts';

/**
 * Scores the trials of a run's search on its training rows, and leaves runs/<run>/search.json: each trial, and which one
 * won. The rows that are held out for the evaluation are not looked at.
 *
 * By halving, the first round gives each trial a small budget; of those that it scored, one in `factor` goes on to the
 * next, with `factor` times the budget, up to the whole. Each round trains from the beginning.
 *
 * @throws NumericError when no trial can be scored
 * @see Jamieson & Talwalkar 2016, AISTATS, for successive halving
 */
export async function search(context: Context, run: RunRequest): Promise<'done' | 'paused'> {
  const { request } = run;
  if (!request.search || (await readSearch(context.store, run))) return 'done';
  const { table, training } = await prepare(context, run);
  const { metric, scoring, halving } = request.search;
  const { title, direction } = metricNamed(metric, request.task);
  const trials = trialsOf(request);
  const parts = foldsOf(request, table, training, scoring);
  const shares = roundShares(request.search, trials.length, parts[0].training.length, trials);
  const scored: ScoredTrial[] = [];
  let alive = trials.map((trial, i) => ({ ...trial, number: i + 1 }));
  for (const [round, share] of shares.entries()) {
    const entries: ScoredTrial[] = [];
    for (const { number, fields, request: tried } of alive) {
      const scores = await scoreFolds(context, {
        place: `${run.run}/trials/${round + 1}-${String(number).padStart(4, '0')}`,
        request: tried,
        table,
        parts,
        metrics: [metric],
        budget: halving && { of: halving.budget, share },
      });
      if (scores === 'paused') return 'paused';
      const entry: ScoredTrial = {
        number,
        ...(halving && { round: round + 1, share }),
        fields,
        ...summary(scores.folds, metric, parts.length),
        ...(scores.problem !== undefined && { problem: scores.problem }),
      };
      entries.push(entry);
      context.onProgress?.({ kind: 'trial', text: progressText(entry, trials.length, title) });
    }
    scored.push(...entries);
    const best = ranked(entries, direction);
    const kept = round + 1 < shares.length ? Math.ceil(alive.length / (halving?.factor ?? 1)) : 1;
    const numbers = new Set(best.slice(0, kept).map(({ number }) => number));
    alive = alive.filter(({ number }) => numbers.has(number));
    if (alive.length === 0) throw nothingScored(entries);
  }
  const last = ranked(
    scored.filter(({ round }) => (round ?? 1) === shares.length),
    direction,
  );
  const result: SearchResult = {
    kind: request.search.kind,
    metric,
    direction,
    scoredOn: scoringSentence(request.search, training.length),
    best: last[0].number,
    sentence: winnerSentence(last, { title, direction, isHalving: halving !== undefined }),
    trials: scored,
  };
  await putJson(context.store, runKey(run.run, 'search.json'), result);
  return 'done';
}

/**
 * The share of its budget that each round gives a trial: 1 in the last, and `factor` times less in each before it; as
 * many rounds as leave one trial in the end, unless the first would have less than the smallest budget.
 */
export function roundShares(
  { halving }: Pick<SearchRequest, 'halving'>,
  trialCount: number,
  rowCount: number,
  trials: readonly Pick<Trial, 'request'>[],
): number[] {
  if (!halving) return [1];
  const { factor, budget, smallest } = halving;
  const epochs = trials.map(({ request: { stop } }) => (stop === 'auto' ? 200 : (stop.epochs ?? 1)));
  const whole = budget === 'rows' ? rowCount : epochs.reduce((least, each) => Math.min(least, each));
  const shares = [1];
  let left = Math.floor(trialCount / factor);
  for (let share = 1 / factor; left >= 1 && whole * share >= smallest; share /= factor) {
    shares.unshift(share);
    left = Math.floor(left / factor);
  }
  return shares;
}

function summary(
  folds: readonly Metrics[],
  metric: string,
  count: number,
): Pick<ScoredTrial, 'scores' | 'mean' | 'standardDeviation' | 'problem'> {
  const scores = Array.from({ length: count }, (_, i) => folds[i]?.[metric].value ?? null);
  const undefinedAt = folds.findIndex((fold) => fold[metric].value === null);
  const problem = undefinedAt < 0 ? {} : { problem: `fold ${undefinedAt + 1}: ${folds[undefinedAt][metric].why}` };
  return { scores, ...meanAndDeviation(scores), ...problem };
}

/** Those that were scored, the best first; of equal ones the earlier. */
function ranked(entries: readonly ScoredTrial[], direction: 'higher' | 'lower'): (ScoredTrial & { mean: number })[] {
  const sign = direction === 'higher' ? -1 : 1;
  const isScored = (entry: ScoredTrial): entry is ScoredTrial & { mean: number } => entry.mean !== null;
  return entries.filter(isScored).sort((a, b) => sign * (a.mean - b.mean) || a.number - b.number);
}

function nothingScored(entries: readonly ScoredTrial[]): NumericError {
  const reasons = entries.slice(0, 5).map(({ fields, problem }) => `${describeFields(fields)}: ${problem}`);
  return new NumericError(`search: expected a trial that can be scored, found none: ${reasons.join('; ')}`);
}

function scoringSentence({ scoring, halving }: SearchRequest, rowCount: number): string {
  const rows = formatCount(rowCount, 'training row');
  const how =
    'folds' in scoring
      ? `Each trial was trained ${scoring.folds} times, on all but one of ${scoring.folds} parts of the ${rows}, and scored on that one.`
      : `Each trial was scored on ${formatShare(scoring.validation)} of the ${rows}, and trained on the others.`;
  const budgets = halving
    ? ` Of each round's trials one in ${halving.factor} went on to the next, with ${halving.factor} times the ${halving.budget}.`
    : '';
  return `${how}${budgets} The rows held out for the evaluation were not looked at.`;
}

function winnerSentence(
  [first, second]: (ScoredTrial & { mean: number })[],
  { title, direction, isHalving }: { title: string; direction: 'higher' | 'lower'; isHalving: boolean },
): string {
  const among = isHalving ? ' of those in the last round' : '';
  const best = `Trial ${first.number} (${describeFields(first.fields)}) has the ${direction === 'lower' ? 'lowest' : 'highest'} mean ${title}${among}, ${spread(first)}`;
  if (!second) return `${best}; no other was scored${among}.`;
  const isTie = second.mean === first.mean;
  const next = `trial ${second.number} (${describeFields(second.fields)})`;
  return isTie ? `${best}, as ${next} has, which comes later.` : `${best}; ${next} follows with ${spread(second)}.`;
}

function spread({ mean, standardDeviation }: ScoredTrial): string {
  const deviation = standardDeviation === null ? '' : ` ± ${formatNumber(standardDeviation)}`;
  return `${formatNumber(mean)}${deviation}`;
}

function progressText(entry: ScoredTrial, count: number, title: string): string {
  const { number, round, fields, mean, problem } = entry;
  const place = round === undefined ? '' : `round ${round}, `;
  const outcome = mean === null ? (problem ?? 'not scored') : `${title} ${spread(entry)}`;
  return `${place}trial ${number} of ${count}, ${describeFields(fields)}: ${outcome}`;
}
