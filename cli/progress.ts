import type { JobProgress } from '../lib/jobs/context.ts';
import { formatBytes, formatCount, formatSeconds } from '../lib/report/format.ts';
import { printable } from './output.ts';

/**
 * Shows a job's progress on standard error: a bar on a terminal, plain lines otherwise.
 *
 * Lines come every 100 steps, and from 1,000 on every 1,000.
 */
export function progressPrinter(stream: NodeJS.WriteStream = process.stderr): (progress: JobProgress) => void {
  const isTerminal = stream.isTTY === true;
  const line = (text: string) => stream.write(isTerminal ? `\r\x1b[K${text}\n` : `${text}\n`);
  let lastWait = '';
  return (progress) => {
    switch (progress.kind) {
      case 'waiting': {
        const text = waitText(progress);
        // Who waits for a marker looks again and again.
        if (text !== lastWait) line(text);
        lastWait = text;
        return;
      }
      case 'reading':
        return line(`Reading ${formatCount(progress.objects, 'object')}, ${formatBytes(progress.bytes)}`);
      case 'read':
        return line(`Read ${sizeText(progress)} in ${formatSeconds(progress.milliseconds / 1000)}`);
      case 'streamed':
        return line(
          progress.way === 'spilled'
            ? `It does not fit memory: ${formatBytes(progress.bytes)} of it are written to the temporary disk`
            : 'It fits neither memory nor the temporary disk: it is read again for each pass',
        );
      case 'resumed':
        return line(`Going on from step ${progress.step}`);
      case 'step':
        // A line that is wrapped can't be written over, and would be left behind at each step.
        if (isTerminal)
          return void stream.write(
            `\r\x1b[K${bar(progress).slice(0, (stream.columns || Number.POSITIVE_INFINITY) - 1)}`,
          );
        if (progress.step <= 1000 || progress.step % 1000 === 0) line(stepText(progress));
        return;
      case 'trial':
        return line(`${progress.text[0].toUpperCase()}${progress.text.slice(1)}`);
      case 'trained':
        return line(
          `Trained ${formatCount(progress.steps, 'step')} in ${formatSeconds(progress.milliseconds / 1000)}: ${progress.solution}, ${progress.reason}`,
        );
      case 'evaluated':
        return line(`Evaluated ${formatCount(progress.rows, 'row')} in ${formatSeconds(progress.milliseconds / 1000)}`);
    }
  };
}

function waitText({ dataset, reason, untilMs }: Extract<JobProgress, { kind: 'waiting' }>): string {
  const at = untilMs === undefined ? '' : `: at ${new Date(untilMs).toTimeString().slice(0, 8)} if nothing more comes`;
  return `${printable(dataset)} waits ${printable(reason)}${at}`;
}

function sizeText({ rows, columns, features }: Extract<JobProgress, { kind: 'read' }>): string {
  const beside = features === undefined ? '' : ` and features by index up to ${features}`;
  return `${formatCount(rows, 'row')} × ${formatCount(columns, 'column')}${beside}`;
}

type Step = Extract<JobProgress, { kind: 'step' }>;

const stepText = ({ step, epoch, loss }: Step): string => `step ${step}, epoch ${epoch}, loss ${loss.toPrecision(6)}`;

function bar(progress: Step): string {
  const width = 30;
  const { step, stepLimit } = progress;
  if (stepLimit === undefined) return stepText(progress);
  const done = Math.min(width, Math.round((width * step) / stepLimit));
  return `[${'█'.repeat(done)}${'░'.repeat(width - done)}] ${stepText(progress)} (at most ${stepLimit} steps)`;
}
