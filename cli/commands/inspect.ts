import { type BadListing, badSentence, inspect } from '../../lib/jobs/inspect.ts';
import { checkPipeline } from '../../lib/pipeline/check-pipeline.ts';
import { formatCount } from '../../lib/report/format.ts';
import { command } from '../command.ts';
import { localContext } from '../context.ts';
import { asDataPath } from '../data-path.ts';
import { ExitCode } from '../exit-codes.ts';
import { formatColumns, printable, printJson } from '../output.ts';

export const inspectCommand = command({
  name: 'inspect',
  synopsis: 'DATA',
  summary:
    'Describe a dataset, column by column, tell what can’t be read, and draft a pipeline for it. DATA is a local path, s3://…, or a key in the store.',
  positionals: ['DATA'],
  options: {
    'no-header': { type: 'boolean', summary: 'the first line is data; columns are named 0, 1, …' },
    format: { type: 'string', value: 'FORMAT', summary: 'csv, tsv, jsonl, parquet or libsvm; found by looking' },
    separator: { type: 'string', value: 'CHARACTER', summary: 'what stands between cells; found by looking' },
    encoding: { type: 'string', value: 'ENCODING', summary: 'utf-8, utf-16le, utf-16be or latin1' },
  },
  async run([data], { store, json, 'no-header': isHeaderless, ...asked }) {
    const context = await localContext({ store });
    const path = asDataPath(data);
    const { table, profile, sparse, draft } = await inspect(context, path, {
      header: !isHeaderless,
      ...readAs(path, asked),
    });
    const { bad = { count: 0, first: [] } } = table;
    const exitCode = bad.count > 0 ? ExitCode.checkFailed : ExitCode.done;
    if (json) {
      printJson({
        path,
        rows: table.rowCount,
        bad,
        columns: profile.map((column) => ({ ...column, ...nullsOf({ ...column }) })),
        ...(sparse && { sparse: { ...sparse, ...nullsOf({ ...sparse }) } }),
        warnings: table.warnings,
        draft,
      });
      return exitCode;
    }
    console.log(
      `${printable(path)}: ${formatCount(table.rowCount, 'row')}, ${formatCount(profile.length, 'column')}${sparse ? ` and features by index up to ${sparse.features}` : ''}\n`,
    );
    if (sparse) {
      const { features, nonzeros } = sparse;
      console.log(`Of the ${table.rowCount} × ${features} cells of the features, ${nonzeros} are not zero.\n`);
    }
    const header = ['column', 'kind', 'missing', 'distinct', 'min', 'max', 'mean', 'most frequent'];
    const rows = profile.map(({ name, kind, missing, distinct, min, max, mean, mostFrequent }) => [
      name.slice(0, 40),
      kind,
      missing,
      distinct,
      ...[min, max, mean].map((value) => (Number.isFinite(value) ? String(Number(value.toPrecision(6))) : '')),
      mostFrequent ? `${String(mostFrequent.value).slice(0, 30)} (${mostFrequent.count})` : '',
    ]);
    console.log(formatColumns([header, ...rows]));
    const ofColumns = profile.flatMap(({ name, warnings }) =>
      warnings.map((text) => `Column ${JSON.stringify(name)}: ${text}`),
    );
    for (const warning of [...table.warnings, ...ofColumns]) console.log(`\nWarning: ${printable(warning)}`);
    if (bad.count > 0) console.log(`\n${describeBad(bad)}`);
    console.log(`\nA draft of a pipeline:\n\n${draft}`);
    return exitCode;
  },
});

/** What can't be read, a line each, and how to mend it. */
function describeBad(bad: BadListing): string {
  const advice = new Set(bad.first.flatMap((place) => place.advice ?? []));
  const lines = [...bad.first.map(({ sentence }) => `  ${sentence}`), ...[...advice].map((text) => `${text}.`)];
  return [badSentence(bad), ...lines.map(printable)].join('\n');
}

/**
 * How the user says that the data is written, in the words that a pipeline has for it.
 *
 * @throws InputError at another word
 */
function readAs(path: string, asked: { format?: string; separator?: string; encoding?: string }) {
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const document = { name: 'inspection', task: 'regression', data: { path, target: '-', ...given } };
  const { format, separator, encoding } = checkPipeline(document, 'hone inspect').data;
  return { format, separator, encoding };
}

/** The values that JSON can't hold, as null. */
function nullsOf(values: Record<string, unknown>): Record<string, unknown> {
  const numbers = Object.entries(values).filter(([, value]) => typeof value === 'number' && !Number.isFinite(value));
  return Object.fromEntries(numbers.map(([name]) => [name, null]));
}
