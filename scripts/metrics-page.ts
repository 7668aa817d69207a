// Writes docs/metrics.md from the catalogue of metrics. Run it after a change there: `npm run metrics-page`. A test
// fails while the kept page is not what this would write.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { catalogue, defaultMetrics, metricsOf } from '../lib/metrics/catalogue.ts';
import { describeMetric } from '../lib/metrics/describe-metric.ts';
import { kindOfTask, type Task } from '../lib/metrics/predictions.ts';

const path = fileURLToPath(new URL('../docs/metrics.md', import.meta.url));

/** What docs/metrics.md should hold. */
function metricsPage(): string {
  const tasks = Object.keys(kindOfTask) as Task[];
  return `${[
    '# Metrics',
    intro,
    '## Which there are',
    [
      '| task | metrics | when none is named |',
      '| --- | --- | --- |',
      ...tasks.map((task) => `| \`${task}\` | ${list(metricsOf(task))} | ${list(defaultMetrics(task))} |`),
    ].join('\n'),
    naming,
    ...Object.values(catalogue).flatMap((entry) => {
      const [, ...facts] = describeMetric(entry);
      return [
        `## ${entry.name}: ${entry.title}`,
        entry.summary,
        `\`${describeMetric(entry)[0][1]}\``,
        facts.map(([label, text]) => `- **${label}**: ${asMarkdown(text)}`).join('\n'),
      ];
    }),
  ].join('\n\n')}\n`;
}

/** Whether the kept page is another. */
export function isMetricsPageStale(): boolean {
  return readFileSync(path, 'utf8') !== metricsPage();
}

const intro = [
  'This page is made from the catalogue (`lib/metrics/catalogue.ts`) by `npm run metrics-page`; `hone metrics` prints the',
  'same. Definitions follow scikit-learn 1.2 where it has one. NaN means undefined, and a report then says why.',
].join('\n');

const naming = [
  '## How a metric with parameters is named',
  '',
  '`ndcg@10` gives the first parameter its value, `auc@maxFpr=0.1` one by its key, `fBeta@2;average=macro` several, parted',
  'by semicolons. A parameter that is not given has its default. The same name stands in `evaluate.metrics`, in a gate, in',
  'a command and in a report.',
].join('\n');

const list = (names: string[]): string => names.map((name) => `\`${name}\``).join(', ');

/** Stars and underscores would be taken for emphasis, and a less-than sign for a tag. */
const asMarkdown = (text: string): string => text.replace(/[*_<]/g, (character) => `\\${character}`);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(path, metricsPage());
  console.error('Wrote docs/metrics.md.');
}
