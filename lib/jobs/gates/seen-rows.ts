import type { Manifest } from '../../registry/manifest.ts';
import { recordedRequest } from '../recorded-request.ts';

/** Kinds of splits that are drawn from all rows, so that a row may change sides when others come. */
const drawn = new Set(['random', 'group', 'stratified']);

/**
 * Why the champion may have learned from rows that were held out from a candidate, as a sentence; undefined when both hold
 * out the same rows, or the candidate holds out none.
 */
export function seenByChampion(candidate: Manifest, champion: Manifest): string | undefined {
  const [own, before] = [candidate, champion].map((manifest) => recordedRequest(manifest).data.split);
  if (own === 'none') return undefined;
  const why = before === 'none' ? 'no rows were held out from it' : differenceOf(own, before, { candidate, champion });
  if (why === undefined) return undefined;
  return `Champion may have learned from some of these held-out rows, and then looks better than it is: ${why}.`;
}

type Split = Exclude<ReturnType<typeof recordedRequest>['data']['split'], 'none'>;

function differenceOf(
  own: Split,
  before: Split,
  { candidate, champion }: { candidate: Manifest; champion: Manifest },
): string | undefined {
  for (const field of ['by', 'column', 'seed'] as const) {
    const counts = field !== 'seed' || own.by !== 'time';
    if (counts && own[field] !== before[field]) {
      return `its data.split.${field} was ${before[field] ?? 'left out'}, and is ${own[field] ?? 'left out'} here`;
    }
  }
  if (own.test > before.test) return `its data.split.test was ${before.test}, and is ${own.test} here`;
  // A hash or a time holds out the same rows of a part, and earlier rows are no part of a later share.
  if (!drawn.has(own.by)) return undefined;
  if (own.test < before.test) return `its data.split.test was ${before.test}, and is ${own.test} here`;
  const isSameData = candidate.data.blocks.join() === champion.data.blocks.join();
  return isSameData ? undefined : `rows are drawn anew when the data changes (data.split.by is ${own.by})`;
}
