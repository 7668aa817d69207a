// Holds the library to golden files: `npm run conformance -- [folder] [--datasets folder]`. Without a folder, to those
// that the project keeps. Ends with one plain line, `N passed, N failed, N skipped`; exit code 1 when a case failed, 2
// when there is nothing to check.
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type GroupSummary, runConformance } from './run.ts';

const root = join(fileURLToPath(import.meta.url), '../../..');

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let folder: string;
  let datasets: string | undefined;
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { datasets: { type: 'string' } },
      allowPositionals: true,
    });
    if (positionals.length > 1) throw new Error(`expected one folder, found ${positionals.length}`);
    folder = positionals.length === 1 ? resolve(positionals[0]) : join(root, 'test/golden');
    datasets = values.datasets === undefined ? undefined : resolve(values.datasets);
    for (const path of [folder, ...(datasets === undefined ? [] : [datasets])]) {
      if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
        throw new Error(`${path}: expected a folder, found none`);
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }

  const summaries = await runConformance(folder, { datasets });
  for (const summary of summaries) print(summary);
  const sum = (of: (summary: GroupSummary) => number) => summaries.reduce((total, one) => total + of(one), 0);
  const passed = sum((one) => one.passed);
  const failed = sum(({ failures }) => failures.length);
  const skipped = sum(skippedCount);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (passed + failed + skipped === 0) console.error(`${folder}: expected golden files, found none`);
  return failed > 0 ? 1 : passed + skipped === 0 ? 2 : 0;
}

function skippedCount({ skipped }: GroupSummary): number {
  return skipped.reduce((total, { count }) => total + count, 0);
}

function print(summary: GroupSummary): void {
  const { group, passed, failures, skipped } = summary;
  console.log(`${group}: ${passed} passed, ${failures.length} failed, ${skippedCount(summary)} skipped`);
  for (const { file, name, why } of failures) console.log(`  FAILED ${file}, ${name}: ${why}`);
  for (const { name, reason, count } of skipped) console.log(`  skipped ${count} × ${name}: ${reason}`);
}
