import { InputError } from '../../lib/core/errors.ts';
import { catalogue, metricsOf } from '../../lib/metrics/catalogue.ts';
import { describeMetric, usageOf } from '../../lib/metrics/describe-metric.ts';
import { kindOfTask, type Task } from '../../lib/metrics/predictions.ts';
import { command } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { formatColumns, printJson } from '../output.ts';

const tasks = Object.keys(kindOfTask) as Task[];

export const metricsCommand = command({
  name: 'metrics',
  synopsis: '[METRIC]',
  summary: 'List the metrics that a pipeline may name, or say all about one.',
  positionals: ['METRIC?'],
  options: { task: { type: 'string', value: 'TASK', summary: `only those for a task: ${tasks.join(', ')}` } },
  async run([name], { task, json }) {
    const names = name === undefined ? namesFor(task) : [known(name)];
    if (json) {
      printJson({
        metrics: names.map((each) => ({ ...Object.fromEntries(describeMetric(catalogue[each])), name: each })),
      });
    } else if (name === undefined) {
      console.log(formatColumns([['metric', 'better', 'says'], ...names.map(rowOf)]));
    } else {
      const { title, summary } = catalogue[names[0]];
      console.log(`${title}: ${summary}\n\n${formatColumns(describeMetric(catalogue[names[0]]))}`);
    }
    return ExitCode.done;
  },
});

const rowOf = (name: string): string[] => [
  usageOf(catalogue[name]),
  catalogue[name].direction,
  catalogue[name].summary,
];

function namesFor(task: string | undefined): string[] {
  if (task === undefined) return Object.keys(catalogue);
  if (tasks.some((one) => one === task)) return metricsOf(task as Task);
  throw new InputError(`--task: expected one of ${tasks.join(', ')}, found "${task}"`);
}

function known(name: string): string {
  const [base] = name.split('@');
  if (Object.hasOwn(catalogue, base)) return base;
  throw new InputError(`hone metrics: expected one of ${Object.keys(catalogue).join(', ')}, found "${name}"`);
}
