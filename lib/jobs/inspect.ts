import { InputError } from '../core/errors.ts';
import { recipe } from '../core/recipe.ts';
import type { BadListing } from '../data/bad-listing.ts';
import { type ColumnProfile, profileSparse, profileTable, type SparseProfile } from '../data/profile.ts';
import { type ReadOptions, readTable } from '../data/read.ts';
import type { Table } from '../data/table.ts';
import { formatCount } from '../report/format.ts';
import { inspectionReport } from '../report/inspection.ts';
import { putJson, readIfThere } from '../store/json.ts';
import { putText } from '../store/text.ts';
import type { Context } from './context.ts';
import { draftPipeline } from './draft-pipeline.ts';
import { nameOf } from './file-name.ts';
import { release } from './release.ts';
import { reportTime, writeReport } from './reports.ts';
import { identityOf, runKey, shortHash } from './runs.ts';
import { listDataset } from './sources.ts';

export type { BadListing };

/** What an inspection leaves, kept as runs/<inspection>/result.json. */
export interface InspectionResult {
  dataset: string;
  status: 'inspected' | 'found';
  rows: number;
  columns: number;
  /** Key of the report's JSON; the page lies beside it. */
  report: string;
  /** Key of a draft of a pipeline for this dataset. */
  draft: string;
}

/** A dataset as it was read, and its profile: what `hone inspect` prints. */
export interface Inspection {
  path: string;
  table: Table;
  profile: ColumnProfile[];
  /** Of a dataset in LIBSVM format: its features together. */
  sparse?: SparseProfile;
  draft: string;
}

/** How many of the cells and rows that can't be read an inspection tells. */
const toldBad = 20;

/**
 * Reads a dataset and describes its columns; writes nothing. What can't be read of it stands in `table.bad`: such a cell
 * counts as missing, and a row that can't be cut is left out.
 */
export async function inspect(context: Context, path: string, options: ReadOptions = {}): Promise<Inspection> {
  const { memoryBytes } = context;
  const limits = { ...(memoryBytes !== undefined && { memoryBytes }), ...options.limits };
  const table = await readTable(await listDataset(context, path), {
    ...options,
    limits,
    named: false,
    badRows: { list: toldBad },
    mayLetGo: () => true,
  });
  const profile = profileTable(table);
  const sparse = table.sparse && { sparse: profileSparse(table.sparse) };
  return { path, table, profile, ...sparse, draft: draftPipeline(path, profile, table, options) };
}

/** Inspects a dataset that no pipeline asks for: a report, and a draft of a pipeline, under reports/<name>/. */
export async function inspectDataset(context: Context, { dataset }: { dataset: string }): Promise<InspectionResult> {
  const { store } = context;
  const objects = await listDataset(context, dataset);
  const run = shortHash({ kind: 'inspection', objects: identityOf(objects), recipe });
  const found = await readIfThere<InspectionResult>(store, runKey(run, 'result.json'));
  if (found) return { ...found, status: 'found' };
  const name = nameOf(dataset);
  try {
    const { table, profile, draft } = await inspect(context, dataset);
    const draftKey = `reports/${name}/pipeline-draft.yml`;
    await putText(store, draftKey, draft, 'application/yaml');
    const report = await writeReport(
      context,
      inspectionReport(
        { ...table, warnings: [...badWarnings(table), ...table.warnings] },
        {
          name,
          createdAt: await reportTime(context, run),
          release,
          title: `Inspection of ${dataset}`,
          run,
          draft: { key: draftKey, text: draft },
        },
      ),
    );
    const result: InspectionResult = {
      dataset,
      status: 'inspected',
      rows: table.rowCount,
      columns: profile.length,
      report,
      draft: draftKey,
    };
    await putJson(store, runKey(run, 'result.json'), result);
    return result;
  } catch (error) {
    if (error instanceof InputError) {
      await putJson(store, runKey(run, 'error.json'), { name: error.name, message: error.message, attempt: 0 });
    }
    throw error;
  }
}

/** Sentences on what can't be read, the first few of it one by one. */
function badWarnings({ bad }: Pick<Table, 'bad'>): string[] {
  if (!bad || bad.count === 0) return [];
  const told = bad.first.map(({ sentence }) => `${sentence}.`);
  return [badSentence(bad), ...told];
}

/** How much of a dataset can't be read, and what became of it. */
export const badSentence = ({ count, first }: BadListing): string =>
  `${formatCount(count, 'cell or row', 'cells or rows')} can’t be read, so a training refuses the data; here such a cell ` +
  `counts as missing, and such a row is left out. ${count > first.length ? `The first ${first.length}:` : 'Here they are:'}`;
