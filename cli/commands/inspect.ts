import { inspect } from '../../lib/jobs/inspect.ts';
import { command } from '../command.ts';
import { localContext } from '../context.ts';
import { asDataPath } from '../data-path.ts';
import { ExitCode } from '../exit-codes.ts';
import { formatColumns, printable, printJson } from '../output.ts';

export const inspectCommand = command({
  name: 'inspect',
  synopsis: 'DATA',
  summary:
    'Describe a dataset, column by column, and draft a pipeline for it. DATA is a local path, s3://…, or a key in the store.',
  positionals: ['DATA'],
  options: { 'no-header': { type: 'boolean', summary: 'the first line is data; columns are named 0, 1, …' } },
  async run([data], { store, json, 'no-header': isHeaderless }) {
    const context = await localContext({ store });
    const path = asDataPath(data);
    const { table, profile, draft } = await inspect(context, path, { header: !isHeaderless });
    if (json) {
      printJson({
        path,
        rows: table.rowCount,
        columns: profile.map((column) => ({ ...column, ...nullsOf({ ...column }) })),
        warnings: table.warnings,
        draft,
      });
      return ExitCode.done;
    }
    console.log(`${printable(path)}: ${table.rowCount} rows, ${table.columns.length} columns\n`);
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
    console.log(`\nA draft of a pipeline:\n\n${draft}`);
    return ExitCode.done;
  },
});

/** The values that JSON can't hold, as null. */
function nullsOf(values: Record<string, unknown>): Record<string, unknown> {
  const numbers = Object.entries(values).filter(([, value]) => typeof value === 'number' && !Number.isFinite(value));
  return Object.fromEntries(numbers.map(([name]) => [name, null]));
}
