import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readZip, type ZippedFile } from '../../scripts/zip.ts';

const packaged = fileURLToPath(new URL('../../.serverless/', import.meta.url));

/** Whether tests of the package run: they want `npm run package` to have run, which takes seconds, just before. */
export const hasPackage = process.env.HONE_PACKAGE_TESTS === '1';

/** For the title of a suite: says why it is skipped, when it is. */
export const packageCondition = hasPackage ? '' : ' (skipped: run `npm run package`, then set HONE_PACKAGE_TESTS=1)';

// biome-ignore lint/suspicious/noExplicitAny: each type of resource has properties of its own
export type Resource = { Type: string; Properties: Record<string, any>; DependsOn?: string[] } & Record<
  string,
  unknown
>;

/** The template that a deploy would hand to CloudFormation. */
export function readTemplate(): { Resources: Record<string, Resource>; Outputs: Record<string, unknown> } {
  return JSON.parse(readFileSync(join(packaged, 'cloudformation-template-update-stack.json'), 'utf8'));
}

/** The functions' names in serverless.yml, which name their bundles too. */
export function bundleNames(): string[] {
  return Object.values(readTemplate().Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => /([^/]+)\.zip$/.exec(Properties.Code.S3Key)?.[1] ?? 'unknown');
}

export function readBundle(name: string): ZippedFile[] {
  return readZip(readFileSync(join(packaged, `${name}.zip`)));
}

/**
 * Unzips a function's bundle into a new folder outside the repository, where nothing else can be imported.
 *
 * @returns the folder, and the module in it that the template names as the handler's
 */
export function unzipBundle(name: string): { folder: string; module: string } {
  const folder = mkdtempSync(join(tmpdir(), `hone-${name}-`));
  for (const { path, read } of readBundle(name)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), read());
  }
  return { folder, module: join(folder, `${handlerOf(name).replace(/\.handler$/, '')}.mjs`) };
}

/** Imports a function's handler from its unzipped bundle. It reads its environment as Lambda's would: set that first. */
export async function loadHandler(name: string): Promise<(event: unknown, context: unknown) => Promise<unknown>> {
  const { module } = unzipBundle(name);
  const { handler } = await import(/* @vite-ignore */ pathToFileURL(module).href);
  return handler;
}

function handlerOf(name: string): string {
  const found = Object.values(readTemplate().Resources).find(
    ({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties.Code.S3Key.endsWith(`/${name}.zip`),
  );
  if (!found) throw new Error(`expected a function whose bundle is ${name}.zip, found none in the template`);
  return found.Properties.Handler;
}
