import type { BenchData } from '../data.ts';
import type { Experiment } from '../experiment.ts';
import { python, script } from '../programs.ts';

/** Metrics of scores that are in memory, and predictions of rows that are. */
export function metrics(data: BenchData): Experiment[] {
  const pair = (phase: string, count: string) => [
    { name: 'hone', measure: () => script('pieces.ts', [phase, data.scores(), count], { cores: 1 }) },
    { name: 'sklearn', measure: () => python(phase, [data.scores(), count]) },
  ];
  const [hone, against] = ['hone.seconds', 'sklearn.seconds'];
  return [
    {
      id: 'auc-1m',
      title: 'ROC AUC with ties, 1,000,000 rows',
      rounds: 3,
      contenders: pair('auc', '1000000'),
      rows: [{ what: 'ROC AUC, 1 M', hone, against, unit: 's', atLeast: 15, aim: 22 }],
    },
    {
      id: 'auc-10m',
      title: 'ROC AUC with ties, 10,000,000 rows',
      rounds: 2,
      contenders: pair('auc', '10000000'),
      rows: [{ what: 'ROC AUC, 10 M', hone, against, unit: 's', atLeast: 20, aim: 27 }],
    },
    {
      id: 'counted',
      title: 'accuracy and F1, 1,000,000 rows',
      rounds: 3,
      contenders: pair('counted', '1000000'),
      rows: [
        { what: 'accuracy, 1 M', hone: 'hone.accuracy', against: 'sklearn.accuracy', unit: 's', atLeast: 6, aim: 8 },
        { what: 'F1, 1 M', hone: 'hone.f1', against: 'sklearn.f1', unit: 's', atLeast: 25, aim: 35 },
      ],
    },
    {
      id: 'predict',
      title: 'batch prediction of parsed rows, 28 columns',
      rounds: 3,
      contenders: [{ name: 'hone', measure: () => script('pieces.ts', ['predict', data.matrix()], { cores: 1 }) }],
      rows: [
        {
          what: 'batch prediction, rows a second',
          hone: 'hone.rowsPerSecond',
          unit: 'rows/s',
          isRate: true,
          atLeast: 20e6,
          aim: 60e6,
        },
      ],
    },
  ];
}
