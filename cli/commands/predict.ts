import { readFile, writeFile } from 'node:fs/promises';
import { InputError, StoreError } from '../../lib/core/errors.ts';
import type { Context } from '../../lib/jobs/context.ts';
import { parseWithLargeNumbers } from '../../lib/jobs/large-numbers.ts';
import { openModel } from '../../lib/jobs/open-model.ts';
import { predictRecords, predictTable } from '../../lib/jobs/predict.ts';
import { predictionsCsv } from '../../lib/jobs/predictions-csv.ts';
import { openScoring, readForScoring, readScoring, type ScoringResult, score } from '../../lib/jobs/score.ts';
import { isLocalPath, listDataset, type SourceObject } from '../../lib/jobs/sources.ts';
import type { LoadedModel } from '../../lib/registry/versions.ts';
import { command, versionOptions } from '../command.ts';
import { localContext } from '../context.ts';
import { asDataPath } from '../data-path.ts';
import { ExitCode } from '../exit-codes.ts';
import { printable, printJson } from '../output.ts';

export const predictCommand = command({
  name: 'predict',
  synopsis: 'MODEL --input DATA | --rows JSON',
  summary:
    'Predict for every row of a dataset, or for rows given as JSON. A dataset in the store is scored object by object.',
  positionals: ['MODEL'],
  options: {
    input: { type: 'string', value: 'DATA', summary: 'a local path, s3://…, or an object or prefix in the store' },
    rows: { type: 'string', value: 'JSON', summary: 'one object, or a list of them; "-" reads standard input' },
    output: {
      type: 'string',
      value: 'FILE',
      summary: 'with a local path: where to write the CSV; standard output by default',
    },
    id: {
      type: 'string',
      value: 'COLUMN',
      summary: 'names the rows of the output; by default their object and line do',
    },
    ...versionOptions,
  },
  async run([name], { store, input, rows, output, id, version, alias, json }) {
    const choice = { name, version, alias };
    if (rows !== undefined) {
      if (input !== undefined) throw wrongInput('both');
      if (output !== undefined) throw wrongOutput('--rows, whose predictions go to standard output');
      const model = await openModel(await localContext({ store }), choice);
      printJson(predictRecords(model, await readRows(rows)));
      return ExitCode.done;
    }
    if (input === undefined) throw wrongInput('neither');
    const context = await localContext({ store });
    const path = asDataPath(input);
    if (isLocalPath(path)) {
      await predictLocal(await openModel(context, choice), await listDataset(context, path), { output, id, json });
      return ExitCode.done;
    }
    if (output !== undefined)
      throw wrongOutput(`${input} in the store, where predictions are written below predictions/`);
    const result = await scoreDataset(context, { ...choice, input: path, id });
    if (json) printJson(result);
    else console.log([`Scored ${result.rows} rows with version ${result.version}:`, ...result.outputs].join('\n'));
    return ExitCode.done;
  },
});

const wrongInput = (found: 'both' | 'neither'): InputError =>
  new InputError(`hone predict: expected either --input or --rows, found ${found}`);

const wrongOutput = (found: string): InputError =>
  new InputError(`hone predict, --output: expected an --input that is a local path, found ${found}`);

/** Writes predictions for a local dataset as CSV, into a file or onto standard output; there, with `--json`, as JSON. */
async function predictLocal(
  model: LoadedModel,
  objects: SourceObject[],
  { output, id = null, json = false }: { output?: string; id?: string | null; json?: boolean },
): Promise<void> {
  const table = await readForScoring(model, objects, { id });
  const csv = predictionsCsv(model, table, id);
  if (output !== undefined) await writeCsv(output, csv);
  if (json) printJson(predictTable(model, table, id));
  else if (output === undefined) process.stdout.write(csv);
  for (const warning of table.warnings) console.error(`Warning: ${printable(warning)}`);
}

async function writeCsv(file: string, csv: string): Promise<void> {
  try {
    await writeFile(file, csv);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`hone predict, --output: expected a file that can be written, found ${code} at ${file}`);
  }
}

/** Scores a dataset in the store to its end. */
async function scoreDataset(context: Context, request: Parameters<typeof openScoring>[1]): Promise<ScoringResult> {
  const { scoring } = await openScoring(context, request);
  while (!(await score(context, { scoring })).done);
  const result = await readScoring(context, scoring);
  if (!result) throw new StoreError(`scoring ${scoring}: expected a result, found none`);
  return result;
}

/** The rows of a JSON text; `-` reads it from standard input. */
async function readRows(text: string): Promise<unknown> {
  const source = text === '-' ? await readFile('/dev/stdin', 'utf8') : text;
  try {
    const rows = parseWithLargeNumbers(source);
    return Array.isArray(rows) ? rows : [rows];
  } catch (error) {
    throw new InputError(`hone predict, --rows: expected JSON, found something else (${(error as Error).message})`);
  }
}
