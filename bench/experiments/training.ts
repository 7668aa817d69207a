import type { BenchData } from '../data.ts';
import type { Experiment, RowSpec } from '../experiment.ts';
import { python, script } from '../programs.ts';

/** Passes and fits over a million rows that are in memory. */
export function training(data: BenchData): Experiment[] {
  const folder = data.matrix;
  const piece = (name: string, cores: number, ...given: string[]) => ({
    name: cores === 1 ? 'hone' : `hone${cores}`,
    measure: () => script('pieces.ts', [name, folder(), ...given], { cores }),
  });
  const peer = (phase: string, where: () => string = folder) => ({
    name: 'sklearn',
    measure: () => python(phase, [where()]),
  });
  const against = (what: string, atLeast: number, aim: number, hone = 'hone.seconds'): RowSpec => ({
    what,
    hone,
    against: 'sklearn.seconds',
    unit: 's',
    atLeast,
    aim,
  });
  return [
    {
      id: 'gradient',
      title: 'a gradient pass over 1,000,000 × 28, on one and two threads, and reading memory alone',
      contenders: [
        piece('gradient', 1, '1'),
        piece('gradient', 2, '2'),
        peer('gradient'),
        { name: 'memory', measure: () => script('pieces.ts', ['bandwidth', '1'], { cores: 1 }) },
      ],
      rows: [
        against('gradient pass, 1 thread', 3.5, 5),
        against('gradient pass, 2 threads', 6, 10, 'hone2.seconds'),
        {
          what: 'gradient pass, share of the read bandwidth',
          hone: 'hone.gigabytesPerSecond',
          against: 'memory.gigabytesPerSecond',
          unit: 'GB/s',
          isRate: true,
          atLeast: 0.5,
          aim: 0.7,
        },
        {
          what: 'two threads against one, 1 M rows',
          hone: 'hone2.seconds',
          against: 'hone.seconds',
          unit: 's',
          atLeast: 1.6,
          aim: 1.9,
        },
      ],
    },
    {
      id: 'lbfgs',
      title: 'L-BFGS, one core each',
      rounds: 3,
      contenders: [piece('lbfgs', 1), peer('lbfgs')],
      rows: [
        against('L-BFGS to scikit-learn’s objective', 4.5, 8),
        {
          what: 'the objective reached, not above scikit-learn’s',
          hone: 'hone.objective',
          against: 'sklearn.objective',
          unit: 'x',
          // Within 1e-7 of it.
          atLeast: 1 / (1 + 1e-7),
          aim: 1,
        },
      ],
    },
    {
      id: 'newton',
      title: 'Newton to a gradient of 1e-10, one core each',
      rounds: 3,
      contenders: [piece('newton', 1), peer('newton')],
      rows: [against('Newton to a gradient of 1e-10', 2.5, 4)],
    },
    {
      id: 'epoch',
      title: 'an epoch of Adam in batches of 256, shuffled, against SGDClassifier',
      rounds: 3,
      contenders: [piece('epoch', 1), peer('epoch')],
      rows: [against('an epoch, batch 256, shuffled', 10, 17)],
    },
    {
      id: 'softmax',
      title: 'softmax of 60,000 × 784 × 10, a pass, one core each',
      rounds: 3,
      contenders: [
        { name: 'hone', measure: () => script('pieces.ts', ['softmax', data.images()], { cores: 1 }) },
        peer('softmax', data.images),
      ],
      rows: [against('softmax 60,000 × 784 × 10, a pass', 1.4, 1.8)],
    },
    {
      id: 'mlp',
      title: 'mlp 28-64-32-1, batch 256, an epoch of 200,000 rows',
      rounds: 3,
      contenders: [
        piece('mlp', 1, '1'),
        peer('mlp'),
        piece('mlp', 2, '2'),
        { name: 'sklearn2', measure: () => python('mlp', [folder()], 2) },
      ],
      rows: [
        against('mlp 28-64-32-1, an epoch', 2, 3),
        {
          ...against('mlp 28-64-32-1, an epoch, 2 threads each', 2, 3, 'hone2.seconds'),
          against: 'sklearn2.seconds',
        },
      ],
    },
  ];
}
