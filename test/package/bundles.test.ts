import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bundleNames, hasPackage, loadHandler, packageCondition, readBundle, unzipBundle } from '../support/bundles.ts';
import { readEvent } from '../support/events.ts';

const names = hasPackage ? bundleNames() : [];

describe.skipIf(!hasPackage)(`bundles${packageCondition}`, () => {
  test('there is one for each function', () => {
    expect(names.toSorted()).toEqual([
      'api',
      'dataset-created',
      'evaluate',
      'inspect',
      'plan',
      'record-failure',
      'register',
      'scheduled',
      'score',
      'train',
    ]);
  });

  test.each(names)('%s holds its own modules alone, of at most 1.5 MB together', (name) => {
    const files = readBundle(name);
    const own = new RegExp(`^functions/(?:tasks|triggers)/${name}\\.(?:[\\w.-]+\\.)?mjs$`);
    expect(files.filter(({ path }) => !own.test(path))).toEqual([]);
    expect(files.reduce((total, { size }) => total + size, 0)).toBeLessThanOrEqual(1_500_000);
  });

  test.each(['train', 'evaluate', 'api'])('%s is parsed in part only before its first call', (name) => {
    // What only some calls need is in modules of its own: Parquet, YAML, searches, the page of reports.
    const seen = new Set<string>();
    const files = new Map(readBundle(name).map((file) => [file.path, file]));
    const entry = [...files.keys()].find((path) => path.endsWith(`/${name}.mjs`)) as string;
    const visit = (path: string) => {
      if (seen.has(path)) return;
      seen.add(path);
      const code = files.get(path)?.read().toString() ?? '';
      for (const [, other] of code.matchAll(/(?:\bfrom|\bimport)\s*"\.\/([^"]+)"/g)) visit(join(dirname(path), other));
    };
    visit(entry);
    const parsed = [...seen].reduce((total, path) => total + (files.get(path)?.size ?? 0), 0);
    expect(parsed).toBeGreaterThan(10_000);
    expect(parsed).toBeLessThan(name === 'api' ? 150_000 : 530_000);
  });

  test.each(names)('%s loads in plain Node 24 where nothing is installed', (name) => {
    const { folder, module } = unzipBundle(name);
    try {
      const script = `const { handler } = await import(${JSON.stringify(pathToFileURL(module).href)});
        process.stdout.write(process.versions.node.split('.')[0] + ' ' + typeof handler); process.exit()`;
      const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
        cwd: folder,
        encoding: 'utf8',
        // As Lambda sets them, before the module is loaded.
        env: { AWS_REGION: 'us-east-1', AWS_LAMBDA_FUNCTION_NAME: `hone-test-${name}`, ...environment },
      });
      expect(output).toBe('24 function');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each(names)('%s imports Node’s own modules only', (name) => {
    const imported = readBundle(name).flatMap(({ read }) =>
      [
        ...read()
          .toString()
          .matchAll(/(?<!")\bfrom\s*"([\w@][\w@./:-]*)"|\bimport\(\s*"([\w@][^"]*)"\s*\)/g),
      ].map((match) => match[1] ?? match[2]),
    );
    expect(imported.filter((specifier) => !isBuiltin(specifier))).toEqual([]);
  });

  test.each(names)('%s holds descriptions of the operations that it asks for, and of no others', (name) => {
    const code = readBundle(name).map(({ read }) => read().toString());
    const describes = (operation: string) => code.some((text) => text.includes(`"${operation}"`));
    expect(['GetObject', 'ListObjectsV2', 'PutObject'].filter(describes)).toHaveLength(3);
    expect(['PutBucketCors', 'SelectObjectContent', 'DescribeActivity'].filter(describes)).toEqual([]);
  });

  test('the API answers without loading the HTTP client behind Node’s own Request and Response', () => {
    const { folder, module } = unzipBundle('api');
    try {
      const script = `const { handler } = await import(${JSON.stringify(pathToFileURL(module).href)});
        const { statusCode } = await handler(${JSON.stringify(readEvent('api-get-openapi'))}, { awsRequestId: 'a' });
        const loaded = process.moduleLoadList.filter((name) => name.includes('undici') || name.includes('http2'));
        process.stdout.write(JSON.stringify({ statusCode, loaded })); process.exit()`;
      const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
        cwd: folder,
        encoding: 'utf8',
        env: { AWS_REGION: 'us-east-1', LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true', ...environment },
      });
      expect(JSON.parse(output)).toEqual({ statusCode: 200, loaded: [] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a list of materials lies beside them: each package of the lock file that is not for development', () => {
    const root = new URL('../../', import.meta.url);
    const { bomFormat, components } = JSON.parse(readFileSync(new URL('.serverless/sbom.cdx.json', root), 'utf8'));
    expect(bomFormat).toBe('CycloneDX');
    const listed = new Set(components.map(({ purl }: { purl: string }) => decodeURIComponent(purl)));
    const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'));
    const wanted = Object.entries<{ dev?: boolean; optional?: boolean; version: string }>(packages)
      .filter(([path, { dev, optional }]) => path !== '' && !dev && !optional)
      .map(([path, { version }]) => `pkg:npm/${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`);
    expect(wanted.filter((purl) => !listed.has(purl))).toEqual([]);
    for (const { name, licenses, hashes } of components) expect([name, licenses, hashes]).not.toContain(undefined);
  });

  test('a handler can be loaded into a test', async () => {
    Object.assign(process.env, environment, { AWS_REGION: 'us-east-1' });
    expect(await loadHandler('plan')).toBeTypeOf('function');
  });
});

const environment = {
  HONE_BUCKET: 'test-bucket',
  HONE_TRAINING_ARN: 'arn:aws:states:us-east-1:123456789012:stateMachine:hone-test-training',
  HONE_SCORING_ARN: 'arn:aws:states:us-east-1:123456789012:stateMachine:hone-test-scoring',
  POWERTOOLS_SERVICE_NAME: 'hone',
  POWERTOOLS_METRICS_NAMESPACE: 'hone',
};
