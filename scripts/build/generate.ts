import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Names everything that a module is generated from. Paths are relative to the project's root. */
export function inputsHash(paths: readonly string[], settings = ''): string {
  const hash = createHash('sha256').update(`${settings}\0`);
  for (const path of paths) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

/**
 * Writes the module at `path` unless it was generated from the same inputs already.
 *
 * @returns how many characters were written; undefined when it is up to date
 */
export async function generate(
  path: string,
  inputs: string,
  build: () => Promise<string>,
): Promise<number | undefined> {
  const target = join(root, path);
  const stamp = `// inputs ${inputs}`;
  if (existsSync(target) && readFileSync(target, 'utf8').startsWith(`${stamp}\n`)) return undefined;
  const module = `${stamp}\n${await build()}`;
  // Two commands may build at once: each writes aside, and either one's file is the right one.
  const aside = join(dirname(target), `${basename(path, '.generated.ts')}-${process.pid}.generated.ts`);
  writeFileSync(aside, module);
  renameSync(aside, target);
  return module.length;
}
