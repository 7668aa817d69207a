import { describeModel, listModelSummaries, type ModelDescription, type ModelSummary } from '../../lib/jobs/models.ts';
import { formatBytes } from '../../lib/report/format.ts';
import { command } from '../command.ts';
import { localContext } from '../context.ts';
import { ExitCode } from '../exit-codes.ts';
import { formatColumns, printJson } from '../output.ts';

export const modelsCommand = command({
  name: 'models',
  synopsis: '[MODEL]',
  summary: 'List the models in the store, or the versions and aliases of one.',
  positionals: ['MODEL?'],
  options: {},
  async run([name], { store, json }) {
    const context = await localContext({ store });
    if (name !== undefined) {
      const model = await describeModel(context, name);
      if (json) printJson(model);
      else console.log(versionsTable(model));
      return ExitCode.done;
    }
    const models = await listModelSummaries(context);
    if (json) printJson({ models });
    else console.log(models.length > 0 ? modelsTable(models) : `No models in ${context.store.location}`);
    return ExitCode.done;
  },
});

function modelsTable(models: ModelSummary[]): string {
  const rows = models.map(({ name, versionCount, champion }) => [name, versionCount, champion ?? '–']);
  return formatColumns([['model', 'versions', 'champion'], ...rows]);
}

function versionsTable({ versions }: ModelDescription): string {
  const metrics = Object.keys(versions[0]?.metrics ?? {});
  const number = (value: number | null | undefined) => (value == null ? '–' : String(Number(value.toPrecision(5))));
  return formatColumns([
    ['version', 'registered (UTC)', 'aliases', 'rows', 'size', ...metrics],
    ...versions.map((version) => [
      version.version,
      version.registeredAt.slice(0, 16).replace('T', ' '),
      version.aliases.join(', ') || '–',
      version.rowCount,
      formatBytes(version.sizeBytes),
      ...metrics.map((metric) => number(version.metrics[metric]?.value)),
    ]),
  ]);
}
