import { readFile, writeFile } from 'node:fs/promises';
import { InputError, StoreError } from '../../lib/core/errors.ts';
import { openModel, predictRecords } from '../../lib/jobs/predict.ts';
import { openScoring, predictionsCsv, readForScoring, readScoring, score } from '../../lib/jobs/score.ts';
import { isLocalPath, listDataset } from '../../lib/jobs/sources.ts';
import { type Command, readArguments } from '../command.ts';
import { localContext } from '../context.ts';
import { asDataPath } from '../data-path.ts';
import { ExitCode } from '../exit-codes.ts';
import { printJson } from '../output.ts';

export const predictCommand: Command = {
  name: 'predict',
  synopsis: 'MODEL --input DATA | --rows JSON',
  summary:
    'Predict for every row of a dataset, or for rows given as JSON. A dataset in the store is scored object by object.',
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
    version: { type: 'string', value: 'VERSION', summary: 'the version; by default the one that the alias names' },
    alias: { type: 'string', value: 'ALIAS', summary: 'champion by default' },
  },
  async run(args) {
    const { positionals, values } = readArguments('predict', args, ['MODEL'], this.options);
    const { store, input, rows, output, id, version, alias, json } = values as Record<string, string | undefined>;
    const which = { name: positionals[0], version, alias };
    if ((input === undefined) === (rows === undefined)) {
      throw new InputError(
        `hone predict: expected either --input or --rows, found ${input === undefined ? 'neither' : 'both'}`,
      );
    }
    const context = await localContext({ store });
    if (rows !== undefined) {
      const answer = predictRecords(await openModel(context, which), await readRows(rows));
      printJson(answer);
      return ExitCode.done;
    }
    const path = asDataPath(input as string);
    if (!isLocalPath(path)) {
      const { scoring } = await openScoring(context, { ...which, input: path, id });
      while (!(await score(context, { scoring })).done);
      const result = await readScoring(context, scoring);
      if (!result) throw new StoreError(`scoring ${scoring}: expected a result, found none`);
      if (json) printJson(result);
      else console.log([`Scored ${result.rows} rows with version ${result.version}:`, ...result.outputs].join('\n'));
      return ExitCode.done;
    }
    const model = await openModel(context, which);
    const table = await readForScoring(model, await listDataset(context, path), id ?? null);
    const csv = predictionsCsv(model, table, id ?? null);
    if (output === undefined) process.stdout.write(csv);
    else await writeCsv(output, csv);
    for (const warning of table.warnings) console.error(`Warning: ${warning}`);
    return ExitCode.done;
  },
};

async function writeCsv(file: string, csv: string): Promise<void> {
  try {
    await writeFile(file, csv);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`hone predict, --output: expected a file that can be written, found ${code} at ${file}`);
  }
}

async function readRows(text: string): Promise<unknown> {
  const source = text === '-' ? await readFile('/dev/stdin', 'utf8') : text;
  try {
    const rows: unknown = JSON.parse(source);
    return Array.isArray(rows) ? rows : [rows];
  } catch {
    throw new InputError('hone predict, --rows: expected JSON, found something else');
  }
}
