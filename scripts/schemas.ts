// Writes the published JSON Schemas of the documents that users write and read. Run it after a change to a schema in
// lib: `npm run schemas`. A test fails while a kept file is not what this would write.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { predictionsSchema } from '../lib/pipeline/predictions-schema.ts';
import { pipelineSchema } from '../lib/pipeline/schema.ts';
import { reportJsonSchema } from '../lib/report/report.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Path of each published schema, from the root, and the text that it should hold. */
function schemaFiles(): Record<string, string> {
  return {
    'docs/schema/report.schema.json': print(reportJsonSchema()),
    'docs/schema/predictions.schema.json': print({ title: 'hone predictions', ...z.toJSONSchema(predictionsSchema) }),
    'docs/schema/pipeline.schema.json': print({ title: 'hone pipeline', ...z.toJSONSchema(pipelineSchema) }),
  };
}

/** Paths whose kept text differs from what it should be, or that are missing. */
export function staleSchemaFiles(): string[] {
  return Object.entries(schemaFiles()).flatMap(([path, text]) => (kept(path) === text ? [] : [path]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = schemaFiles();
  for (const path of staleSchemaFiles()) {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, files[path]);
    console.error(`Wrote ${relative(root, target)}.`);
  }
}

function print(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function kept(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}
