import { statSync } from 'node:fs';
import type { BenchData } from '../data.ts';
import type { Experiment } from '../experiment.ts';
import { python, script } from '../programs.ts';

/** Reading text and Parquet to float32, in a process that does nothing else. */
export function reading(data: BenchData): Experiment[] {
  const short = () => data.csv(1_000_000);
  const long = data.longCsv;
  const npm = (name: string, path: () => string, cores: number) => ({
    name,
    measure: () => script('node-peers.ts', [name, path(), '2'], { cores, env: { POLARS_MAX_THREADS: String(cores) } }),
  });
  return [
    {
      id: 'csv',
      title: 'CSV of short decimals to float32',
      rounds: 3,
      contenders: [
        { name: 'hone', measure: () => script('pieces.ts', ['csv', short(), '1'], { cores: 1 }) },
        { name: 'pandas', measure: () => python('csv', [short(), 'float32']) },
        npm('polars', short, 2),
        npm('udsv', short, 1),
      ],
      rows: [
        {
          what: 'CSV, 1 core, against pandas float32',
          hone: 'hone.seconds',
          against: 'pandas.seconds',
          unit: 's',
          atLeast: 6,
          aim: 9,
        },
        {
          what: 'CSV, 1 core, against polars on 2 threads',
          hone: 'hone.seconds',
          against: 'polars.seconds',
          unit: 's',
          atLeast: 2,
          aim: 3.5,
        },
        {
          what: 'CSV, 1 core, against udsv',
          hone: 'hone.seconds',
          against: 'udsv.seconds',
          unit: 's',
          atLeast: 5,
          aim: 8,
        },
        {
          what: 'hashing its rows, and its blocks by SHA-256, over reading it',
          hone: 'hone.hashShare',
          unit: 'x',
          atLeast: 0.1,
          aim: 0.05,
        },
      ],
    },
    {
      id: 'csv-long',
      title: 'CSV of 18 digits with exponent to float32',
      rounds: 3,
      contenders: [
        { name: 'hone', measure: () => script('pieces.ts', ['csv', long(), '1'], { cores: 1 }) },
        { name: 'pandas', measure: () => python('csv', [long(), 'default']) },
        { name: 'exact', measure: () => python('csv', [long(), 'round_trip']) },
        npm('polars', long, 1),
      ],
      rows: [
        {
          what: 'CSV of 18 digits, against pandas',
          hone: 'hone.seconds',
          against: 'pandas.seconds',
          unit: 's',
          atLeast: 3,
          aim: 4,
        },
        {
          what: 'CSV of 18 digits, against pandas round_trip',
          hone: 'hone.seconds',
          against: 'exact.seconds',
          unit: 's',
          atLeast: 7,
          aim: 10,
        },
        {
          what: 'CSV of 18 digits, against polars on 1 thread',
          hone: 'hone.seconds',
          against: 'polars.seconds',
          unit: 's',
          atLeast: 1,
          aim: 1.5,
        },
      ],
    },
    {
      id: 'parquet',
      title: 'Parquet of flat numbers to float32, 1,000,000 × 28',
      rounds: 3,
      contenders: [
        { name: 'hone', measure: () => script('pieces.ts', ['parquet', data.parquet(), '1'], { cores: 1 }) },
        npm('hyparquet', data.parquet, 1),
        npm('polars', data.parquet, 1),
      ],
      rows: [
        {
          what: 'Parquet, 1 core, against hyparquet',
          hone: 'hone.seconds',
          against: 'hyparquet.seconds',
          unit: 's',
          atLeast: 15,
          aim: 40,
        },
        {
          what: 'Parquet, against polars on 1 thread',
          hone: 'hone.seconds',
          against: 'polars.seconds',
          unit: 's',
          atLeast: 1,
          aim: 2,
        },
      ],
    },
    {
      id: 'numbers',
      title: '29 million fields against the language’s own parser',
      rounds: 1,
      contenders: [
        {
          name: 'hone',
          measure: async () => ({ ...(await script('pieces.ts', ['exact', short()])), bytes: statSync(short()).size }),
        },
      ],
      rows: [
        {
          what: 'fields of 29 M that are not the nearest float32',
          hone: 'hone.wrong',
          unit: 'fields',
          atLeast: 0,
          aim: 0,
        },
      ],
    },
  ];
}
