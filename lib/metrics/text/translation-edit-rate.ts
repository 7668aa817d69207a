import { splitWords, trimEnd } from './words.ts';

/** Tercom's limits, which are part of the definition: they decide which shifts are seen. */
const beamWidth = 25;
const longestShift = 10;
const farthestShift = 50;
const candidateLimit = 1000;

/**
 * Edits that make a corpus its references, by the references' words: from 0, lower is better.
 *
 * An edit inserts, deletes or replaces a word, or moves a run of words that the reference has elsewhere. Words are those
 * between white space, in lower case. Of several references the one that asks for fewest edits counts, by their mean
 * length. Without any reference words, 1 when something was written and else 0.
 *
 * @param references accepted texts of each hypothesis, at least one
 * @see Snover et al. 2006, AMTA, 223-231; Post 2018, arXiv:1804.08771, for the form of sacrebleu, which is that of Tercom
 */
export function translationEditRate(hypotheses: readonly string[], references: readonly (readonly string[])[]): number {
  let [edits, length] = [0, 0];
  for (const [i, hypothesis] of hypotheses.entries()) {
    const counts = translationEdits(hypothesis, references[i]);
    edits += counts.edits;
    length += counts.length;
  }
  return length > 0 ? edits / length : Math.min(1, edits);
}

/** What the rate adds up over texts. */
export function translationEdits(hypothesis: string, references: readonly string[]): { edits: number; length: number } {
  const words = (text: string) => splitWords(trimEnd(text).toLowerCase());
  const [own, others] = [words(hypothesis), references.map(words)];
  return {
    edits: others.reduce((least, other) => Math.min(least, editsWithShifts(own, other)), Number.POSITIVE_INFINITY),
    length: others.reduce((total, other) => total + other.length, 0) / others.length,
  };
}

/** Shifts the best run of words, and again while that saves an edit. */
function editsWithShifts(hypothesis: readonly string[], reference: readonly string[]): number {
  if (reference.length === 0) return hypothesis.length;
  let words = hypothesis;
  let table = editTable(words, reference);
  let [shifts, seen] = [0, 0];
  for (;;) {
    const best = bestShift(words, reference, table, seen);
    seen = best.seen;
    if (seen >= candidateLimit || best.gain <= 0) return shifts + table.edits;
    shifts++;
    words = best.words;
    table = editTable(words, reference);
  }
}

interface Shift {
  gain: number;
  length: number;
  start: number;
  target: number;
  words: readonly string[];
}

function bestShift(
  words: readonly string[],
  reference: readonly string[],
  table: EditTable,
  before: number,
): Shift & { seen: number } {
  const { partner, isWrong, isMissed } = alignment(table, words, reference);
  let best: Shift = { gain: 0, length: 0, start: 0, target: 0, words };
  let seen = before;
  let isFirst = true;
  for (const { start, from, length } of commonRuns(words, reference)) {
    const isPlaced = partner[from] >= start && partner[from] < start + length;
    const hasErrors = isWrong.subarray(start, start + length).includes(1);
    if (isPlaced || !hasErrors || !isMissed.subarray(from, from + length).includes(1)) continue;
    let last = -1;
    for (let offset = -1; offset < length; offset++) {
      // Behind the partner of each word of the run, and of the word before it.
      const target = from + offset < 0 ? 0 : partner[from + offset] + 1;
      if (target === last) continue;
      last = target;
      const shifted = moved(words, start, length, target);
      const gain = table.edits - editTable(shifted, reference, { table, words }).edits;
      seen++;
      const found = { gain, length, start, target, words: shifted };
      if (isFirst || isBetter(found, best)) best = found;
      isFirst = false;
    }
    if (seen >= candidateLimit) break;
  }
  return { ...best, seen };
}

/** More edits saved, then a longer run, then an earlier one, then an earlier place. */
function isBetter(a: Shift, b: Shift): boolean {
  const gaps = [a.gain - b.gain, a.length - b.length, b.start - a.start, b.target - a.target];
  return (gaps.find((gap) => gap !== 0) ?? 0) > 0;
}

function moved(words: readonly string[], start: number, length: number, target: number): string[] {
  const run = words.slice(start, start + length);
  if (target < start) {
    return [...words.slice(0, target), ...run, ...words.slice(target, start), ...words.slice(start + length)];
  }
  // A place within the run itself stands for as many words behind its end.
  const end = target > start + length ? target : target + length;
  return [...words.slice(0, start), ...words.slice(start + length, end), ...run, ...words.slice(end)];
}

/** Runs that stand in both, at most ten words long and fifty apart; each beginning of a run is one too. */
function* commonRuns(
  a: readonly string[],
  b: readonly string[],
): Iterable<{ start: number; from: number; length: number }> {
  for (let start = 0; start < a.length; start++) {
    const nearest = Math.max(0, start - farthestShift);
    for (let from = nearest; from < b.length && from <= start + farthestShift; from++) {
      for (let length = 1; length <= longestShift; length++) {
        if (start + length > a.length || from + length > b.length) break;
        if (a[start + length - 1] !== b[from + length - 1]) break;
        yield { start, from, length };
      }
    }
  }
}

/** Least edits between beginnings, and the last of them: 0 keep, 1 replace, 2 delete, 3 insert. Row by hypothesis word. */
interface EditTable {
  edits: number;
  costs: Float64Array;
  steps: Uint8Array;
}

/**
 * Within a beam around the diagonal; what lies outside costs infinitely much.
 *
 * @param known the table of other words: rows before the first word that differs are taken from it
 */
function editTable(
  words: readonly string[],
  reference: readonly string[],
  known?: { table: EditTable; words: readonly string[] },
): EditTable {
  const width = reference.length + 1;
  const costs = new Float64Array((words.length + 1) * width).fill(Number.POSITIVE_INFINITY);
  const steps = new Uint8Array(costs.length);
  let same = 0;
  if (known) while (same < words.length && words[same] === known.words[same]) same++;
  for (let j = 0; j < width; j++) [costs[j], steps[j]] = [j, 3];
  if (known) {
    costs.set(known.table.costs.subarray(0, (same + 1) * width));
    steps.set(known.table.steps.subarray(0, (same + 1) * width));
  }
  const ratio = words.length > 0 ? reference.length / words.length : 1;
  const beam = beamWidth < ratio / 2 ? Math.ceil(ratio / 2 + beamWidth) : beamWidth;
  for (let i = same + 1; i <= words.length; i++) {
    const diagonal = Math.floor(i * ratio);
    const end = i === words.length ? width : Math.min(width, diagonal + beam);
    for (let j = Math.max(0, diagonal - beam); j < end; j++) {
      const at = i * width + j;
      if (j > 0) {
        const isSame = words[i - 1] === reference[j - 1];
        [costs[at], steps[at]] = [costs[at - width - 1] + (isSame ? 0 : 1), isSame ? 0 : 1];
      }
      if (costs[at] > costs[at - width] + 1) [costs[at], steps[at]] = [costs[at - width] + 1, 2];
      if (j > 0 && costs[at] > costs[at - 1] + 1) [costs[at], steps[at]] = [costs[at - 1] + 1, 3];
    }
  }
  return { edits: costs[costs.length - 1], costs, steps };
}

/** The hypothesis word that each reference word stands at or behind, −1 before the first; and which words are in error. */
function alignment({ steps }: EditTable, words: readonly string[], reference: readonly string[]) {
  const partner = new Int32Array(reference.length);
  const [isWrong, isMissed] = [new Uint8Array(words.length), new Uint8Array(reference.length)];
  const width = reference.length + 1;
  for (let i = words.length, j = reference.length; i > 0 || j > 0; ) {
    const step = steps[i * width + j];
    if (step === 2) {
      isWrong[--i] = 1;
    } else {
      partner[j - 1] = i - 1;
      if (step !== 0) isMissed[j - 1] = 1;
      if (step === 1) isWrong[i - 1] = 1;
      j--;
      if (step !== 3) i--;
    }
  }
  return { partner, isWrong, isMissed };
}
