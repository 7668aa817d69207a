import { encodingKinds } from '../data/encode.ts';
import { checkSchema, conformTable, schemaKinds } from '../data/schema/schema.ts';
import type { Table } from '../data/table.ts';
import type { Manifest } from '../registry/manifest.ts';
import { neededColumns } from './read-options.ts';
import { recordedRequest } from './recorded-request.ts';

/** The kinds of the columns that a model knows, its target among them: a later dataset is read as the first one was. */
export function kindsOf(manifest: Manifest): Record<string, 'number' | 'category'> {
  const { target } = manifest;
  const kind = 'classes' in target ? target.kind : 'number';
  return { ...featureKinds(manifest), [recordedRequest(manifest).data.target]: kind };
}

/** The kinds to read a model's features in. What a schema knows to be numbers is looked at, and told when it is not. */
export function featureKinds({ encoding, schema }: Manifest): Record<string, 'number' | 'category'> {
  return schema ? schemaKinds(schema) : encodingKinds(encoding);
}

/** A later table as the model's encoding takes it; how it breaks the model's schema is added to its warnings. */
export function conformed(manifest: Manifest, table: Table): Table {
  const { schema } = manifest;
  if (!schema) return table;
  const isWanted = neededColumns(recordedRequest(manifest));
  const warnings = [...table.warnings, ...checkSchema(schema, table, isWanted)];
  return { ...conformTable(schema, table), warnings };
}
