import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timed } from './programs.ts';

const hone = fileURLToPath(new URL('../cli/hone.mjs', import.meta.url));
const peak = `process.on('exit',()=>process.stderr.write('PEAK '+process.resourceUsage().maxRSS))`;

/**
 * `hone run` of a file's label by its other columns, into an empty store: the whole command, from the outside.
 *
 * @param options.metrics what the model is judged by, AUC where it is left out; `default` leaves the choice to hone
 */
export async function runHone(
  path: string,
  {
    cores,
    env,
    store,
    metrics = ['auc'],
  }: { cores?: number; env?: Record<string, string>; store?: string; metrics?: readonly string[] | 'default' },
): Promise<{ seconds: number; peakBytes: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'hone-bench-'));
  try {
    const document = join(folder, 'pipeline.yml');
    const judged = metrics === 'default' ? '' : `evaluate: { metrics: [${metrics}] }\n`;
    writeFileSync(document, `name: bench\ntask: binary\ndata: { path: '${path}', target: label }\n${judged}`);
    const { seconds, stderr, status } = await timed(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        '--import',
        `data:text/javascript,${encodeURIComponent(peak)}`,
        ...[hone, 'run', document, '--json', '--store', store ?? join(folder, 'store')],
      ],
      { cores, env },
    );
    if (status !== 0) throw new Error(`hone run: ${stderr.slice(-500)}`);
    return { seconds, peakBytes: Number(/PEAK (\d+)/.exec(stderr)?.[1]) * 1024 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
