import type { JobProgress } from '../lib/jobs/context.ts';

/**
 * Shows a job's progress on standard error: a bar on a terminal, plain lines otherwise.
 *
 * Lines come every 100 steps, and from 1,000 on every 1,000.
 */
export function progressPrinter(stream: NodeJS.WriteStream = process.stderr): (progress: JobProgress) => void {
  const isTerminal = stream.isTTY === true;
  const line = (text: string) => stream.write(isTerminal ? `\r\x1b[K${text}\n` : `${text}\n`);
  return (progress) => {
    switch (progress.kind) {
      case 'reading':
        return line(`Reading ${count(progress.objects, 'object')}, ${megabytes(progress.bytes)}`);
      case 'read':
        return line(
          `Read ${count(progress.rows, 'row')} × ${count(progress.columns, 'column')} in ${seconds(progress.milliseconds)}`,
        );
      case 'resumed':
        return line(`Going on from step ${progress.step}`);
      case 'step':
        if (isTerminal) return void stream.write(`\r\x1b[K${bar(progress)}`);
        if (progress.step <= 1000 || progress.step % 1000 === 0) line(stepText(progress));
        return;
      case 'trained':
        return line(
          `Trained ${count(progress.steps, 'step')} in ${seconds(progress.milliseconds)}: ${progress.solution}, ${progress.reason}`,
        );
      case 'evaluated':
        return line(`Evaluated ${count(progress.rows, 'row')} in ${seconds(progress.milliseconds)}`);
    }
  };
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

const count = (n: number, noun: string): string => `${grouped(n)} ${noun}${n === 1 ? '' : 's'}`;
const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
const megabytes = (bytes: number): string =>
  bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
