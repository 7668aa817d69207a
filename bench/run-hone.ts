import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timed } from './programs.ts';

const hone = fileURLToPath(new URL('../cli/hone.mjs', import.meta.url));
const peak = `process.on('exit',()=>process.stderr.write('PEAK '+process.resourceUsage().maxRSS))`;

/** `hone run` of a file's label by its other columns, into an empty store: the whole command, from the outside. */
export async function runHone(
  path: string,
  { cores, env, store }: { cores?: number; env?: Record<string, string>; store?: string },
): Promise<{ seconds: number; peakBytes: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'hone-bench-'));
  try {
    const document = join(folder, 'pipeline.yml');
    writeFileSync(document, `name: bench\ntask: binary\ndata: { path: '${path}', target: label }\n`);
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
