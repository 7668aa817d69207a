import { InputError } from '../../core/errors.ts';
import { nearestName } from '../../core/nearest-name.ts';
import { listNames } from '../../data/lookup.ts';
import type { PredictionsDocument, PredictionTask } from '../../pipeline/predictions-schema.ts';
import type { AppliedDefault } from '../../pipeline/resolve.ts';

/** The roles of columns in a file of predictions. */
export type Role = 'label' | 'score' | 'prediction' | 'weight' | 'group' | 'logProbabilities';

/** A role's column, or its columns, each with the part of its name that the pattern's star stands for. */
type RoleColumns = { name: string } | { pattern: string; columns: { name: string; part: string }[] };

/** The columns of each role. */
export type Roles = Partial<Record<Role, RoleColumns>>;

/** The roles that the user assigned. */
type AskedRoles = Pick<PredictionsDocument['predictions'], Role>;

/** Names that columns of each role often have, the surest first, without case and punctuation. */
const known: Record<Role, readonly string[]> = {
  label: ['label', 'target', 'y', 'actual', 'ytrue', 'truth', 'groundtruth', 'class', 'outcome', 'expected', 'gold'],
  score: ['score', 'probability', 'proba', 'prob', 'p', 'yscore', 'yproba', 'yprob', 'confidence', 'scores'],
  prediction: ['prediction', 'predicted', 'pred', 'ypred', 'yhat', 'forecast', 'estimate', 'predictedlabel'],
  weight: ['weight', 'sampleweight'],
  group: ['group', 'query', 'queryid', 'qid', 'groupid', 'session'],
  logProbabilities: ['logprobs', 'logprobabilities', 'tokenlogprobs'],
};

/** Further names for the columns of one task, which go before the others. */
const knownTo: Partial<Record<PredictionTask, Partial<Record<Role, readonly string[]>>>> = {
  ranking: { label: ['relevance', 'rel'] },
  text: {
    label: ['reference', 'references', 'answer', 'answers'],
    prediction: ['hypothesis', 'output', 'generated', 'completion', 'response', 'answer'],
  },
};

/** Prefixes of columns of which there is one for each class, label or reference. */
const prefixes: Partial<Record<Role, readonly string[]>> = {
  label: ['y_', 'label_', 'true_', 'truth_', 'actual_', 'target_', 'reference_'],
  score: ['p_', 'prob_', 'proba_', 'probability_', 'score_'],
  prediction: ['pred_', 'predicted_', 'prediction_'],
};

/** The roles of each task: all of `must` and one of `oneOf` are needed; those in `stars` may have several columns. */
const wanted: Record<PredictionTask, { must: Role[]; oneOf: Role[]; may: Role[]; stars: Role[] }> = {
  binary: { must: ['label'], oneOf: ['score', 'prediction'], may: ['weight'], stars: [] },
  multiclass: { must: ['label'], oneOf: ['score', 'prediction'], may: ['weight'], stars: ['score'] },
  multilabel: {
    must: ['label'],
    oneOf: ['score', 'prediction'],
    may: ['weight'],
    stars: ['label', 'score', 'prediction'],
  },
  regression: { must: ['label', 'prediction'], oneOf: [], may: ['weight'], stars: [] },
  count: { must: ['label', 'prediction'], oneOf: [], may: ['weight'], stars: [] },
  ranking: { must: ['label', 'score'], oneOf: [], may: ['group', 'weight'], stars: [] },
  text: { must: ['label', 'prediction'], oneOf: [], may: ['weight', 'logProbabilities'], stars: ['label'] },
  detection: { must: [], oneOf: [], may: [], stars: [] },
};

/**
 * Finds the column of each role: the one that the user names, else the first whose name is known for the role, else, if one
 * role and one column are left, that column.
 *
 * @param names of all columns, in their order
 * @param where begins error messages: the file
 * @returns the roles, and those that were guessed
 * @throws InputError when a column is missing, or no column is found for a role that the task needs
 */
export function findRoles(
  task: PredictionTask,
  names: readonly string[],
  asked: AskedRoles,
  where: string,
): { roles: Roles; guesses: AppliedDefault[] } {
  const { must, oneOf, may, stars } = wanted[task];
  const roles: Roles = {};
  const guesses: AppliedDefault[] = [];
  for (const role of Object.keys(asked) as Role[]) {
    const given = asked[role];
    if (given === undefined) continue;
    if (![...must, ...oneOf, ...may].includes(role)) {
      throw new InputError(`${where}, ${role}: expected none for a ${task} task, found "${given}"`);
    }
    roles[role] = columnsNamed(given, names, `${where}, ${role}`, stars.includes(role));
  }
  const taken = () => new Set(Object.values(roles).flatMap((found) => namesOf(found)));
  const guess = (role: Role) => {
    if (roles[role]) return;
    const free = names.filter((name) => !taken().has(name));
    const found = guessRole(task, role, free, stars.includes(role));
    if (!found) return;
    roles[role] = found;
    guesses.push({ path: `predictions.${role}`, value: 'pattern' in found ? found.pattern : found.name });
  };
  // If the user names one of several alternatives, the others are not guessed.
  const isEnough = oneOf.some((role) => asked[role] !== undefined);
  for (const role of [...must, ...(isEnough ? [] : oneOf), ...may]) guess(role);
  // If a single role and a single column are left, they belong together.
  const free = names.filter((name) => !taken().has(name));
  const open = [
    ...must.filter((role) => !roles[role]),
    ...(oneOf.some((role) => roles[role]) ? [] : oneOf.slice(0, 1)),
  ];
  if (open.length === 1 && free.length === 1 && !stars.includes(open[0])) {
    roles[open[0]] = { name: free[0] };
    guesses.push({ path: `predictions.${open[0]}`, value: free[0] });
  }
  checkRoles(task, roles, names, where);
  return { roles, guesses };
}

/** The names of a role's columns. */
export const namesOf = (found: RoleColumns | undefined): string[] =>
  found === undefined ? [] : 'name' in found ? [found.name] : found.columns.map(({ name }) => name);

function checkRoles(task: PredictionTask, roles: Roles, names: readonly string[], where: string): void {
  const { must, oneOf } = wanted[task];
  const missing = must.filter((role) => !roles[role]);
  if (oneOf.length > 0 && !oneOf.some((role) => roles[role])) missing.push(oneOf[0]);
  if (missing.length === 0) return;
  const role = missing[0];
  const words = task === 'ranking' && role === 'label' ? 'relevance' : role;
  if (task === 'multiclass' && role === 'score') {
    throw new InputError(
      `${where}: expected a score for each class, or a prediction, found the columns ${listNames(names)}`,
      {
        advice:
          'Name the columns of the scores by a star that stands for the class, as in --score p_*, or the one of the predictions by --prediction COLUMN (in a document predictions.score and predictions.prediction)',
      },
    );
  }
  const common = [...(knownTo[task]?.[role] ?? []), ...known[role]].slice(0, 5).join(', ');
  throw new InputError(`${where}: expected a column for the ${words}, found the columns ${listNames(names)}`, {
    advice: `Name it: --${role} COLUMN, or predictions.${role} in a document; columns called ${common} are found by themselves`,
  });
}

function columnsNamed(given: string, names: readonly string[], where: string, mayStar: boolean): RoleColumns {
  if (names.includes(given)) return { name: given };
  const star = given.indexOf('*');
  if (star >= 0 && mayStar) {
    const [before, after] = [given.slice(0, star), given.slice(star + 1)];
    const columns = starred(names, before, after);
    if (columns.length > 0) return { pattern: given, columns };
  }
  const nearest = nearestName(given, names);
  throw new InputError(`${where}: expected a column "${given}", found the columns ${listNames(names)}`, {
    advice: nearest === undefined ? undefined : `Did you mean ${JSON.stringify(nearest)}?`,
  });
}

function starred(names: readonly string[], before: string, after: string): { name: string; part: string }[] {
  return names
    .filter((name) => name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after))
    .map((name) => ({ name, part: name.slice(before.length, name.length - after.length) }));
}

function guessRole(
  task: PredictionTask,
  role: Role,
  free: readonly string[],
  mayStar: boolean,
): RoleColumns | undefined {
  const plain = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  // A multilabel task has one column for each label, so single names say nothing there.
  if (task !== 'multilabel') {
    for (const candidate of [...(knownTo[task]?.[role] ?? []), ...known[role]]) {
      const found = free.find((name) => plain(name) === candidate);
      if (found !== undefined && !(task === 'multiclass' && role === 'score')) return { name: found };
    }
  }
  if (!mayStar) return undefined;
  for (const prefix of prefixes[role] ?? []) {
    const columns = starred(free, prefix, '');
    if (columns.length >= (task === 'multiclass' ? 2 : 1)) return { pattern: `${prefix}*`, columns };
  }
  return undefined;
}
