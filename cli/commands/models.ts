import { describeModel, listModelSummaries } from '../../lib/jobs/models.ts';
import { type Command, readArguments } from '../command.ts';
import { localContext } from '../context.ts';
import { ExitCode } from '../exit-codes.ts';
import { formatColumns, printJson } from '../output.ts';

export const modelsCommand: Command = {
  name: 'models',
  synopsis: '[MODEL]',
  summary: 'List the models in the store, or the versions and aliases of one.',
  options: {},
  async run(args) {
    const { positionals, values } = readArguments('models', args, ['MODEL?'], {});
    const context = await localContext({ store: values.store });
    const [name] = positionals;
    if (name !== undefined) {
      const model = await describeModel(context, name);
      if (values.json) printJson(model);
      else console.log(versionsTable(model));
      return ExitCode.done;
    }
    const models = await listModelSummaries(context);
    if (values.json) printJson({ models });
    else if (models.length === 0) console.log(`No models in ${context.store.location}`);
    else
      console.log(
        formatColumns([
          ['model', 'versions', 'champion'],
          ...models.map((model) => [model.name, model.versionCount, model.champion ?? '–']),
        ]),
      );
    return ExitCode.done;
  },
};

function versionsTable({ versions }: Awaited<ReturnType<typeof describeModel>>): string {
  const metrics = Object.keys(versions[0]?.metrics ?? {});
  const number = (value: number | null | undefined) => (value == null ? '–' : String(Number(value.toPrecision(5))));
  return formatColumns([
    ['version', 'aliases', 'rows', ...metrics],
    ...versions.map((version) => [
      version.version,
      version.aliases.join(', ') || '–',
      version.rowCount,
      ...metrics.map((metric) => number(version.metrics[metric]?.value)),
    ]),
  ]);
}
