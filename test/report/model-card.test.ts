import { expect, test } from 'vitest';
import { renderModelCard } from '../../lib/report/model-card.ts';
import { hostileReport, regressionReport } from '../support/sample-reports.ts';

test('a model card has the nine sections of the paper, in its order', () => {
  const titles = [...renderModelCard(regressionReport).matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  expect(titles).toEqual([
    'Model details',
    'Intended use',
    'Factors',
    'Metrics',
    'Evaluation data',
    'Training data',
    'Quantitative analyses',
    'Ethical considerations',
    'Caveats and recommendations',
  ]);
});

test('it says what people say, and that they said nothing where they did not', () => {
  const card = renderModelCard(regressionReport, { owner: 'Ada', intendedUse: 'to price *cut* stones' });
  expect(card).toContain('- **Owner:** Ada\n- **Licence:** Not stated.');
  expect(card).toContain('- **Primary use:** to price \\*cut\\* stones');
});

test('only values stand to the right in its table of metrics', () => {
  expect(renderModelCard(regressionReport)).toMatch(
    /\| Metric \|.* Meaning \|\n\| --- \| ---: \| --- \| --- \| --- \|\n/,
  );
});

test('it opens no element, whatever the data is called', () => {
  expect(renderModelCard(hostileReport(), { owner: '<script>' })).not.toMatch(/<(?=[a-z/!?])/i);
});
