import { formatBytes, formatCount, formatNumber } from './format.ts';
import { describeMeasured, escapeMarkdown, markdownTable } from './markdown.ts';
import { metricTitle } from './metric-titles.ts';
import type { Report } from './report.ts';

/** What only its people can say of a model; each part is Markdown of theirs, shown as text. */
export interface CardWords {
  owner?: string;
  licence?: string;
  contact?: string;
  intendedUse?: string;
  outOfScope?: string;
  ethics?: string;
  caveats?: string;
}

/**
 * A model card in Markdown: the sections of the paper, filled with what the report knows, and with what people say.
 *
 * @param report of a training
 * @see Mitchell et al. 2019, "Model Cards for Model Reporting", FAT* '19, section 4
 */
export function renderModelCard(report: Report, words: CardWords = {}): string {
  const parts: [title: string, body: string][] = [
    ['Model details', details(report, words)],
    ['Intended use', intendedUse(report, words)],
    ['Factors', factors(report)],
    ['Metrics', metrics(report)],
    ['Evaluation data', evaluationData(report)],
    ['Training data', trainingData(report)],
    ['Quantitative analyses', analyses(report)],
    ['Ethical considerations', told(words.ethics)],
    ['Caveats and recommendations', caveats(report, words)],
  ];
  const sections = parts.map(([title, body]) => `## ${title}\n\n${body}`);
  return `# Model card: ${escapeMarkdown(report.name)}\n\n${sections.join('\n\n')}\n`;
}

const told = (words: string | undefined): string => (words === undefined ? 'Not stated.' : escapeMarkdown(words));

function list(facts: [name: string, value: string | undefined][]): string {
  return facts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `- **${name}:** ${value}`)
    .join('\n');
}

function details({ version, model, training, generatedBy, task }: Report, words: CardWords): string {
  return list([
    ['Owner', told(words.owner)],
    ['Licence', told(words.licence)],
    ['Contact', told(words.contact)],
    ['Version', version && escapeMarkdown(version)],
    ['Task', task],
    ['Kind', model && `${escapeMarkdown(model.kind)}, fitted by the ${escapeMarkdown(model.loss)} loss`],
    ['Size', model && `${formatCount(model.parameterCount, 'parameter')}, ${formatBytes(model.sizeBytes)}`],
    ['Training', training && escapeMarkdown(training.sentence)],
    ['Made by', `${generatedBy.name} ${escapeMarkdown(generatedBy.version)}, arithmetic ${generatedBy.recipe}`],
  ]);
}

function intendedUse({ data, task }: Report, words: CardWords): string {
  const target = data.target === null ? 'its target' : escapeMarkdown(data.target);
  return list([
    ['Primary use', words.intendedUse === undefined ? `predicts ${target} (${task})` : told(words.intendedUse)],
    ['Out of scope', told(words.outOfScope)],
  ]);
}

function factors({ evaluation, data }: Report): string {
  const groups = [
    ...(evaluation?.slices?.slices.flatMap(({ columns }) => columns) ?? []),
    ...(evaluation?.fairness?.map(({ column }) => column) ?? []),
  ];
  const features = data.columns.filter(({ role }) => role === 'feature').map(({ name }) => escapeMarkdown(name));
  return list([
    ['Groups looked at', groups.length === 0 ? 'none were named' : [...new Set(groups)].map(escapeMarkdown).join(', ')],
    ['Features', features.length === 0 ? 'none' : features.join(', ')],
  ]);
}

function metrics({ evaluation }: Report): string {
  if (!evaluation) return 'None.';
  const rows = Object.entries(evaluation.metrics).map(([name, measured]) => {
    const { title, direction, summary } = metricTitle(name);
    const { interval } = { interval: undefined, ...measured };
    return [
      escapeMarkdown(title),
      describeMeasured(measured),
      direction === undefined ? '–' : `${direction} is better`,
      interval ? escapeMarkdown(interval.method) : '–',
      escapeMarkdown(summary ?? '–'),
    ];
  });
  return markdownTable(['Metric', 'Value (interval)', 'Direction', 'Interval by', 'Meaning'], rows, [1, 2]);
}

function evaluationData({ evaluation, data }: Report): string {
  if (!evaluation) return 'None.';
  return `${escapeMarkdown(evaluation.on)} ${escapeMarkdown(data.split)}`;
}

function trainingData({ data }: Report): string {
  const names = data.objects
    .slice(0, 10)
    .map(({ key, rowCount }) => `${escapeMarkdown(key)} (${formatNumber(rowCount)})`);
  const rest = data.objects.length - names.length;
  return list([
    ['Rows', `${formatNumber(data.trainingRowCount)} of ${formatNumber(data.rowCount)} read`],
    ['Objects', `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`],
    ['Noticed', data.warnings.length === 0 ? undefined : data.warnings.map(escapeMarkdown).join(' ')],
  ]);
}

function analyses({ evaluation }: Report): string {
  const slices = evaluation?.slices;
  const parts: string[] = [];
  if (slices && slices.slices.length > 0) {
    const rows = slices.slices.map(({ name, rowCount, metrics: found }) => [
      escapeMarkdown(name),
      formatNumber(rowCount),
      describeMeasured(found[slices.metric]),
    ]);
    parts.push(markdownTable(['Slice', 'Rows', escapeMarkdown(metricTitle(slices.metric).title)], rows));
  }
  for (const { column, demographicParity, equalOpportunity, equalisedOdds } of evaluation?.fairness ?? []) {
    const gaps = { demographicParity, equalOpportunity, equalisedOdds };
    const told = Object.entries(gaps).map(([, { difference, ratio }]) => [
      formatNumber(difference),
      formatNumber(ratio),
    ]);
    const names = ['Demographic parity', 'Equal opportunity', 'Equalised odds'];
    const rows = names.map((name, i) => [name, ...told[i]]);
    parts.push(
      `Between the groups of ${escapeMarkdown(column)}:\n\n${markdownTable(['', 'Difference', 'Ratio'], rows)}`,
    );
  }
  return parts.length === 0 ? 'No slices were asked for.' : parts.join('\n\n');
}

function caveats({ data, training }: Report, words: CardWords): string {
  const noticed = [...(training?.warnings ?? []), ...data.warnings].map((warning) => `- ${escapeMarkdown(warning)}`);
  const said = words.caveats === undefined ? [] : [`- ${escapeMarkdown(words.caveats)}`];
  const all = [...said, ...noticed];
  return all.length === 0 ? 'None stated, and nothing was noticed in the data.' : all.join('\n');
}
