import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BenchData } from '../data.ts';
import type { Experiment } from '../experiment.ts';
import { script } from '../programs.ts';

const isPackaged = () => existsSync(fileURLToPath(new URL('../../.serverless/api.zip', import.meta.url)));

/** What a client waits for: a warm prediction, a first answer, a large file, a slow store. */
export function serving(data: BenchData): Experiment[] {
  const cold = (name: string) => ({
    name,
    measure: async () =>
      isPackaged() ? script('cold-start.ts', [name]) : { missing: '.serverless (npm run package)' },
  });
  return [
    {
      id: 'http',
      title: 'one prediction through the HTTP handler, warm',
      rounds: 3,
      contenders: [{ name: 'hone', measure: () => script('warm-prediction.ts', []) }],
      rows: [
        { what: 'a warm prediction, median', hone: 'hone.p50', unit: 'ms', atLeast: 0.3, aim: 0.1 },
        { what: 'a warm prediction, 99th percentile', hone: 'hone.p99', unit: 'ms', atLeast: 1, aim: 0.4 },
      ],
    },
    {
      id: 'cold',
      title: 'cold start: from spawn to the first answer against a store on loopback, over an empty handler',
      rounds: 7,
      contenders: ['train', 'evaluate', 'api'].map(cold),
      rows: ['train', 'evaluate', 'api'].map((name) => ({
        what: `cold start of ${name} over an empty handler`,
        hone: `${name}.overEmptyMs`,
        unit: 'ms',
        atLeast: 115,
        aim: 95,
      })),
    },
    {
      id: 'scale',
      title: 'time per row at 10,000,000 rows (2.8 GB) and at 1,000,000',
      rounds: 2,
      contenders: [{ name: 'hone', measure: () => growth(data) }],
      rows: [
        {
          what: 'time per row at 10 M rows over that at 1 M',
          hone: 'hone.growth',
          unit: 'x',
          atLeast: 1.2,
          aim: 1.05,
        },
      ],
    },
    {
      id: 'slow-store',
      title: 'reading 281 MB from a store throttled at 80 MB/s',
      rounds: 2,
      contenders: [{ name: 'hone', measure: () => script('slow-store.ts', [data.csv(1_000_000)]) }],
      rows: [
        {
          what: 'whole run over pure transfer at 80 MB/s',
          hone: 'hone.overTransfer',
          unit: 'x',
          atLeast: 1.15,
          aim: 1.05,
        },
      ],
    },
  ];
}

/** The time per row with ten million rows, divided by that with one million. */
async function growth(data: BenchData): Promise<Record<string, number>> {
  const perRow = async (rows: number) => {
    const figures = await script('run-rows.ts', [data.csv(rows), String(rows)]);
    return Number((figures as Record<string, number>).perRow);
  };
  const [many, some] = [await perRow(10_000_000), await perRow(1_000_000)];
  return { growth: many / some };
}
