import { type BenchData, featureCount } from '../data.ts';
import type { Experiment, Missing } from '../experiment.ts';
import { python, script } from '../programs.ts';
import { runHone } from '../run-hone.ts';

/**
 * `hone run` from file to report, with AUC and its interval, against pandas and scikit-learn from file to AUC, process start
 * included in both. What hone takes for all that it judges a model by where nobody names metrics is for information.
 */
export function wholeCommand(data: BenchData): Experiment[] {
  const large = () => data.csv(1_000_000);
  const small = () => data.csv(100_000);
  return [
    {
      id: 'whole-2',
      title: 'hone run, 1,000,000 × 28 CSV, two cores',
      contenders: [
        { name: 'hone', measure: () => runCommand(large(), 2) },
        { name: 'hone with all metrics', measure: () => runCommand(large(), 2, 'default') },
        { name: 'sklearn', measure: () => python('whole', [large()], 2) },
      ],
      rows: [
        {
          what: 'hone run, 1 M × 28 CSV, 2 cores',
          hone: 'hone.seconds',
          against: 'sklearn.whole',
          unit: 's',
          atLeast: 10,
          aim: 13,
        },
        {
          what: 'the same with the six default metrics, intervals and comparisons, against AUC alone',
          hone: 'hone with all metrics.seconds',
          against: 'sklearn.whole',
          unit: 's',
        },
        {
          what: 'peak memory of it over the float32 matrix',
          hone: 'hone.peakMb',
          unit: 'MB',
          atLeast: 120,
          aim: 60,
        },
      ],
    },
    {
      id: 'whole-1',
      title: 'the same on one core',
      contenders: [
        { name: 'hone', measure: () => runCommand(large(), 1) },
        { name: 'sklearn', measure: () => python('whole', [large()], 1) },
      ],
      rows: [
        {
          what: 'hone run, 1 M × 28 CSV, 1 core',
          hone: 'hone.seconds',
          against: 'sklearn.whole',
          unit: 's',
          atLeast: 6.5,
          aim: 9,
        },
      ],
    },
    {
      id: 'whole-small',
      title: 'the same at 100,000 rows',
      contenders: [
        { name: 'hone', measure: () => runCommand(small(), 2) },
        { name: 'sklearn', measure: () => python('whole', [small()], 2) },
      ],
      rows: [
        {
          what: 'hone run, 100,000 × 28 CSV, 2 cores',
          hone: 'hone.seconds',
          against: 'sklearn.whole',
          unit: 's',
          atLeast: 7,
          aim: 12,
        },
      ],
    },
    {
      id: 'whole-parquet',
      title: 'hone run, 1,000,000 × 28 Parquet, two cores',
      contenders: [
        { name: 'hone', measure: () => runCommand(data.parquet(), 2) },
        { name: 'pandas', measure: () => python('whole', [data.parquet()], 2) },
        { name: 'polars', measure: () => polarsAndSklearn(data.parquet(), data.matrix()) },
      ],
      rows: ['pandas', 'polars'].map((reader) => ({
        what: `hone run, 1 M × 28 Parquet, 2 cores, against ${reader}`,
        hone: 'hone.seconds',
        against: `${reader}.whole`,
        unit: 's',
        atLeast: 3,
        aim: 6,
      })),
    },
  ];
}

/** The whole command into an empty store: seconds, and megabytes at their peak over those of the float32 matrix. */
async function runCommand(
  path: string,
  cores: number,
  metrics?: Parameters<typeof runHone>[1]['metrics'],
): Promise<Record<string, number>> {
  const { seconds, peakBytes } = await runHone(path, { cores, metrics });
  const rows = Number(/rows-(\d+)/.exec(path)?.[1]);
  return { seconds, peakMb: (peakBytes - rows * featureCount * 4) / 1e6 };
}

/** polars, from npm, reads in one process and scikit-learn does the rest in another; passing the numbers on is not counted. */
async function polarsAndSklearn(path: string, folder: string): Promise<Record<string, number> | Missing> {
  const read = await script('node-peers.ts', ['polars', path, '1'], { cores: 2 });
  if ('missing' in read) return read;
  const rest = await python('without_reading', [folder], 2);
  return 'missing' in rest ? rest : { whole: Number(read.whole) + Number(rest.whole) };
}
