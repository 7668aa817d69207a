import { dot, gridY, line, plot, pointerX, ruleX, tip } from '@observablehq/plot';
import type { TrainingCurve } from '../figure.ts';
import { formatNumber } from '../format.ts';
import { accent, hairline, look, quiet, roomForTicks, tickFormat } from './look.ts';

export function trainingCurve({ points, of, isLogarithmic }: TrainingCurve, width: number) {
  const ticks = isLogarithmic ? logTicks(points.map(({ loss }) => loss)) : 5;
  const last = points[points.length - 1];
  const title = ({ step, epoch, loss }: (typeof points)[number]) =>
    `step ${formatNumber(step)}, epoch ${formatNumber(epoch)}\nloss ${formatNumber(loss, { digits: 6 })}`;
  return plot({
    ...look(width, Math.min(420, Math.max(240, width * 0.85))),
    marginLeft: roomForTicks(points.map(({ loss }) => loss)),
    marginRight: 20,
    marginBottom: 44,
    x: { label: 'Step', labelAnchor: 'center', labelArrow: 'none', tickFormat, ticks: Math.max(3, width / 110) },
    y: {
      label: { rows: 'Loss', epochs: 'Mean loss of an epoch', batches: 'Loss of a batch' }[of],
      labelArrow: 'none',
      type: isLogarithmic ? 'log' : 'linear',
      nice: !isLogarithmic,
      tickFormat,
      ticks,
    },
    marks: [
      gridY({ stroke: hairline, strokeOpacity: 1, ticks }),
      line(points, { x: 'step', y: 'loss', stroke: accent, strokeWidth: 1.75 }),
      dot([last], { x: 'step', y: 'loss', fill: accent, r: 3.5 }),
      ruleX(points, pointerX({ x: 'step', stroke: quiet, strokeDasharray: '2,3' })),
      tip(points, pointerX({ x: 'step', y: 'loss', title })),
    ],
  });
}

/** Powers of ten between the least and the greatest loss, with their doubles and fives where they are few. */
function logTicks(losses: number[]): number[] {
  const [least, most] = [Math.min(...losses), Math.max(...losses)];
  const exponentOf = (value: number) => Number(value.toExponential().split('e')[1]);
  const ticks = (digits: number[]) => {
    const list = [];
    for (let exponent = exponentOf(least); exponent <= exponentOf(most); exponent++) {
      for (const digit of digits) list.push(Number(`${digit}e${exponent}`));
    }
    return list.filter((tick) => tick >= least && tick <= most);
  };
  const powers = ticks([1]);
  return powers.length >= 4 ? powers : ticks([1, 2, 5]);
}
