import { InputError } from '../core/errors.ts';
import { nearestName } from '../core/nearest-name.ts';
import type { ColumnKind } from '../data/column-reader.ts';
import { headerAdvice, looksLikeData } from '../data/header.ts';
import { readTable } from '../data/read.ts';
import { storageOf } from '../data/schema/kinds.ts';
import { temporaryDisk } from '../data/spill-file.ts';
import type { Table } from '../data/table.ts';
import type { Request } from '../pipeline/resolve.ts';
import { type Context, memoised } from './context.ts';
import { openPool, threadsFor } from './open-pool.ts';
import { neededColumns, readOptions, unnamedColumns } from './read-options.ts';
import { openObjects, type RunRequest, runKey } from './runs.ts';
import type { SourceObject } from './sources.ts';
import { searchTrials } from './winner.ts';

/**
 * A run's data as a table, read once for all its trials.
 *
 * @throws InputError when it is not what the request takes it for
 */
export function readData(context: Context, run: RunRequest): Promise<{ table: Table; readMilliseconds: number }> {
  return memoised(context, 'table', run.run, async () => {
    const ahead = takeAhead(context, run.run);
    letGo(context);
    const objects = ahead ? [] : await openObjects(context, run);
    const startMs = ahead?.startMs ?? context.now();
    const table = await (ahead ? ahead.takeUp() : tableOf(context, run, objects));
    await keepRejected(context, run.run, table);
    for (const request of await requestsOf(run)) checkColumns(request, table, Object.keys(request.data.columns));
    const readMilliseconds = context.now() - startMs;
    context.onProgress?.({
      kind: 'read',
      rows: table.rowCount,
      columns: table.columns.length,
      ...(table.sparse && { features: table.sparse.columnCount }),
      milliseconds: readMilliseconds,
    });
    return { table, readMilliseconds };
  });
}

/**
 * Begins to read a run's data: other threads parse it while this one does something else, until `readData` is called.
 * Nothing is written in the meantime.
 *
 * @param objects of the run, just listed
 */
export function readAhead(context: Context, run: RunRequest, objects: readonly SourceObject[]): void {
  const free = Promise.withResolvers<void>();
  const startMs = context.now();
  const reading = tableOf(context, run, objects, free.promise);
  // `readData` reports what went wrong, if it is called at all.
  for (const promise of [reading, free.promise]) promise.catch(() => {});
  giveUpAhead(context);
  context.memory.set(aheadKey, {
    run: run.run,
    startMs,
    takeUp() {
      free.resolve();
      return reading;
    },
    giveUp: () => free.reject(new Error('the data is not needed any more')),
  } satisfies Ahead);
}

/** Ends what `readAhead` began, unless `readData` has taken it. */
export const giveUpAhead = (context: Context): void => void takeAhead(context);

const aheadKey = 'ahead';

interface Ahead {
  run: string;
  startMs: number;
  takeUp(): Promise<Table>;
  giveUp(): void;
}

/** What was begun for this run; anything begun for another run is ended. */
function takeAhead({ memory }: Context, run?: string): Ahead | undefined {
  const ahead = memory.get(aheadKey) as Ahead | undefined;
  memory.delete(aheadKey);
  if (ahead?.run === run) return ahead;
  ahead?.giveUp();
  return undefined;
}

/** The request of a run, and those of its trials. */
async function requestsOf({ request }: RunRequest): Promise<Request[]> {
  return [request, ...(await searchTrials(request)).map((trial) => trial.request)];
}

/** @param whenFree resolves when this thread has time to join in */
async function tableOf(
  context: Context,
  run: RunRequest,
  objects: readonly SourceObject[],
  whenFree?: Promise<void>,
): Promise<Table> {
  const { request } = run;
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  context.onProgress?.({ kind: 'reading', objects: objects.length, bytes });
  const requests = await requestsOf(run);
  const wanted = requests.map(neededColumns);
  const unnamed = requests.map(unnamedColumns);
  const single = requests.map(mayBeSingle);
  return readTable(objects, {
    ...readOptions(context, request.data),
    kinds: readingKinds(request),
    wanted: (name) => wanted.some((isWanted) => isWanted(name)),
    mayLetGo: (name) => unnamed.every((isUnnamed) => isUnnamed(name)),
    single: (name) => single.every((mayBe) => mayBe(name)),
    packed: {
      pool: await openPool(threadsFor(bytes, request.threads, context.threads), context.takeThread),
      disk: temporaryDisk(),
      onStreamed: (way, ofBytes) => context.onProgress?.({ kind: 'streamed', way, bytes: ofBytes }),
      whenFree,
    },
  });
}

/** Drops the data of another run, which may fill the memory and the disk. */
function letGo({ memory }: Context): void {
  const kept = memory.get('table') as { value: { table: Table } } | undefined;
  kept?.value.table.numbers?.source?.close();
  memory.delete('table');
  memory.delete('prepared');
}

/** Leaves the rows that were skipped under runs/<run>/rejected.jsonl, with the reasons. */
async function keepRejected({ store }: Context, run: string, { rejected = [] }: Table): Promise<void> {
  if (rejected.length === 0) return;
  const lines = rejected.map((row) => `${JSON.stringify(row)}\n`);
  await store.put(runKey(run, 'rejected.jsonl'), new TextEncoder().encode(lines.join('')), {
    contentType: 'application/jsonl',
  });
}

// What the user declares is read so, whatever it looks like; dates, texts and identifiers are texts to the reader. The
// target's kind follows from the task: a regression's is a number even where most of its cells are not, so that
// the first bad one is named; a class may well be written as a number.
function readingKinds({ task, data }: Pick<Request, 'task' | 'data'>): Record<string, ColumnKind> {
  const kind = task === 'regression' || task === 'count' ? 'number' : 'category';
  const declared = Object.entries(data.columns).map(([name, own]) => [name, storageOf(own)] as const);
  return { [data.target]: kind, ...Object.fromEntries(declared) };
}

/** Which number columns are rounded to float32: those that are, as features, in any case. */
function mayBeSingle({ data }: Pick<Request, 'data'>): (name: string) => boolean {
  const exact = new Set([data.target, data.weight, data.split === 'none' ? undefined : data.split.column]);
  return (name) => !exact.has(name);
}

/** Whether a name is the index of a sparse feature. */
const isFeature = ({ sparse }: Table, name: string): boolean =>
  sparse !== undefined && /^[1-9]\d*$/.test(name) && Number(name) <= sparse.columnCount;

function checkColumns({ data, prepare }: Request, table: Table, declared: string[]): void {
  const names = new Set([...table.columns.map(({ name }) => name), ...(table.unread ?? [])]);
  const wanted: [string, readonly string[]][] = [
    ['data.target', [data.target]],
    ['data.weight', data.weight === null ? [] : [data.weight]],
    ['data.include', data.include ?? []],
    ['data.exclude', data.exclude],
    ['data.columns', declared],
    ['data.split.column', data.split === 'none' || data.split.column === undefined ? [] : [data.split.column]],
    ['prepare.columns', Object.keys(prepare.columns ?? {})],
  ];
  for (const [path, columns] of wanted) {
    const absent = columns.find((name) => !names.has(name) && !isFeature(table, name));
    if (absent === undefined) continue;
    const list = [...names].slice(0, 20).map((name) => `"${name}"`);
    if (names.size > 20) list.push(`… (${names.size} in all)`);
    throw new InputError(`${path}: expected a column of the dataset, found "${absent}"; it has ${list.join(', ')}`, {
      advice: adviceOn(absent, [...names], data.header),
    });
  }
}

/** What to do about a column that is not there. */
function adviceOn(absent: string, names: readonly string[], hasHeader: boolean): string | undefined {
  if (!hasHeader) return 'Without a header, columns are named by their position, from 0';
  if (looksLikeData(names)) return headerAdvice;
  const near = nearestName(absent, names);
  return near === undefined ? undefined : `Did you mean ${JSON.stringify(near)}?`;
}
