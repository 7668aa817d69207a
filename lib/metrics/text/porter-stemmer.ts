/** Suffix, what takes its place, and whether it does, by the word without it. */
type Rule = readonly [suffix: string, replacement: string, holds: (stem: string) => boolean];

/** Words that the rules would stem amiss, as NLTK lists them. */
const irregular = new Map([
  ...['sky', 'news', 'inning', 'outing', 'canning', 'howe', 'proceed', 'exceed', 'succeed'].map((w) => [w, w] as const),
  ...['inning', 'outing', 'canning'].map((word) => [`${word}s`, word] as const),
  ['skies', 'sky'] as const,
  ...['d', 'l', 't'].map((letter) => [`${letter}ying`, `${letter}ie`] as const),
]);

/**
 * The stem of an English word in lower case: Porter's algorithm with the extensions of NLTK, which rouge_score stems by.
 *
 * @see Porter 1980, Program 14(3), 130-137; https://www.nltk.org/api/nltk.stem.porter.html for the extensions
 * @example stem('relational') // 'relat'
 */
export function stem(word: string): string {
  const known = irregular.get(word);
  if (known !== undefined) return known;
  if (word.length <= 2) return word;
  return [plural, past, finalY, doubleSuffix, fullSuffix, bareSuffix, finalE, finalL].reduce(
    (w, step) => step(w),
    word,
  );
}

const always = () => true;
const some = (part: string) => measure(part) > 0;
const more = (part: string) => measure(part) > 1;

/** Step 1a. */
function plural(word: string): string {
  if (word.endsWith('ies') && word.length === 4) return word.slice(0, -1);
  return byFirst(word, [
    ['sses', 'ss', always],
    ['ies', 'i', always],
    ['ss', 'ss', always],
    ['s', '', always],
  ]);
}

/** Step 1b. */
function past(word: string): string {
  if (word.endsWith('ied')) return word.length === 4 ? word.slice(0, -1) : word.slice(0, -2);
  if (word.endsWith('eed')) return some(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const suffix = ['ed', 'ing'].find((end) => word.endsWith(end) && hasVowel(word.slice(0, -end.length)));
  if (suffix === undefined) return word;
  const part = word.slice(0, -suffix.length);
  if (/(at|bl|iz)$/.test(part)) return `${part}e`;
  if (endsInDoubleConsonant(part)) return /[lsz]$/.test(part) ? part : part.slice(0, -1);
  return measure(part) === 1 && endsShort(part) ? `${part}e` : part;
}

/** Step 1c. */
function finalY(word: string): string {
  return byFirst(word, [['y', 'i', (part) => part.length > 1 && isConsonant(part, part.length - 1)]]);
}

/** Step 2. */
function doubleSuffix(word: string): string {
  if (word.endsWith('alli') && some(word.slice(0, -4))) return doubleSuffix(word.slice(0, -2));
  return byFirst(word, [
    ['ational', 'ate', some],
    ['tional', 'tion', some],
    ['enci', 'ence', some],
    ['anci', 'ance', some],
    ['izer', 'ize', some],
    ['bli', 'ble', some],
    ['alli', 'al', some],
    ['entli', 'ent', some],
    ['eli', 'e', some],
    ['ousli', 'ous', some],
    ['ization', 'ize', some],
    ['ation', 'ate', some],
    ['ator', 'ate', some],
    ['alism', 'al', some],
    ['iveness', 'ive', some],
    ['fulness', 'ful', some],
    ['ousness', 'ous', some],
    ['aliti', 'al', some],
    ['iviti', 'ive', some],
    ['biliti', 'ble', some],
    ['fulli', 'ful', some],
    ['logi', 'log', (part) => some(`${part}l`)],
  ]);
}

/** Step 3. */
function fullSuffix(word: string): string {
  return byFirst(word, [
    ['icate', 'ic', some],
    ['ative', '', some],
    ['alize', 'al', some],
    ['iciti', 'ic', some],
    ['ical', 'ic', some],
    ['ful', '', some],
    ['ness', '', some],
  ]);
}

const bare = 'al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize'.split(' ');

/** Step 4. */
function bareSuffix(word: string): string {
  return byFirst(
    word,
    bare.map((suffix) => [suffix, '', suffix === 'ion' ? (part) => more(part) && /[st]$/.test(part) : more]),
  );
}

/** Step 5a. */
function finalE(word: string): string {
  if (!word.endsWith('e')) return word;
  const part = word.slice(0, -1);
  return more(part) || (measure(part) === 1 && !endsShort(part)) ? part : word;
}

/** Step 5b. */
function finalL(word: string): string {
  return word.endsWith('ll') && more(word.slice(0, -1)) ? word.slice(0, -1) : word;
}

/** By the first rule whose suffix the word has, whether or not its condition holds. */
function byFirst(word: string, rules: readonly Rule[]): string {
  for (const [suffix, replacement, holds] of rules) {
    if (!word.endsWith(suffix)) continue;
    const part = word.slice(0, word.length - suffix.length);
    return holds(part) ? part + replacement : word;
  }
  return word;
}

/** A letter other than a, e, i, o, u, and other than a y behind a consonant. */
function isConsonant(word: string, at: number): boolean {
  let isOne = true;
  for (let i = 0; i <= at; i++) isOne = word[i] === 'y' ? i === 0 || !isOne : !'aeiou'.includes(word[i]);
  return isOne;
}

/** How often a vowel is followed by a consonant. */
function measure(word: string): number {
  let [count, wasVowel, isOne] = [0, false, true];
  for (let i = 0; i < word.length; i++) {
    isOne = word[i] === 'y' ? i === 0 || !isOne : !'aeiou'.includes(word[i]);
    if (isOne && wasVowel) count++;
    wasVowel = !isOne;
  }
  return count;
}

function hasVowel(word: string): boolean {
  return Array.from(word).some((_, i) => !isConsonant(word, i));
}

function endsInDoubleConsonant(word: string): boolean {
  const last = word.length - 1;
  return last > 0 && word[last] === word[last - 1] && isConsonant(word, last);
}

/** Consonant, vowel, consonant other than w, x, y; of two letters, vowel and consonant. */
function endsShort(word: string): boolean {
  const last = word.length - 1;
  if (last === 1) return !isConsonant(word, 0) && isConsonant(word, 1);
  if (last < 2 || /[wxy]$/.test(word)) return false;
  return isConsonant(word, last - 2) && !isConsonant(word, last - 1) && isConsonant(word, last);
}
