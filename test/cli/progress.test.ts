import { expect, test } from 'vitest';
import { progressPrinter } from '../../cli/progress.ts';

const step = { kind: 'step', step: 1200, epoch: 3, loss: 0.25, gradientNorm: 1, stepLimit: 4000 } as const;

/** What a stream is written for one step. */
function written(stream: { isTTY?: boolean; columns?: number }): string {
  let text = '';
  const write = (piece: string) => {
    text += piece;
    return true;
  };
  progressPrinter({ ...stream, write } as unknown as NodeJS.WriteStream)(step);
  return text;
}

test.each([20, 50, 200])('on a terminal of %d columns the bar keeps to one line', (columns) => {
  const [, line] = written({ isTTY: true, columns }).split('\x1b[K');
  expect(line).toMatch(/^\[█+░/);
  expect(line.length).toBeLessThan(columns);
});

test('a wide terminal shows the whole of it', () => {
  expect(written({ isTTY: true, columns: 200 })).toContain('step 1200, epoch 3, loss 0.250000 (at most 4000 steps)');
});
