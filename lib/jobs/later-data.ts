import { encodingKinds } from '../data/encode.ts';
import { checkSchema, conformTable, type Schema, schemaKinds, withMissingFeatures } from '../data/schema/schema.ts';
import type { Table } from '../data/table.ts';
import type { Manifest } from '../registry/manifest.ts';
import { namesIn, neededColumns, singleColumns } from './read-options.ts';
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

/**
 * Which number columns of later data are rounded to float32, as far as they can be: those that training rounded, but none
 * that slices and the like look at.
 */
export function laterSingles(manifest: Manifest): (name: string) => boolean {
  const { data, evaluate } = recordedRequest(manifest);
  const isSingle = singleColumns({ data });
  const exact = new Set(
    manifest.encoding.features.flatMap((own) => (own.kind === 'number' && own.float32 ? [] : [own.name])),
  );
  for (const name of namesIn(evaluate)) exact.add(name);
  return (name) => isSingle(name) && !exact.has(name);
}

/**
 * A later table as the model's encoding takes it; how it breaks the model's schema is added to its warnings.
 *
 * @param options.id the column that names the rows, which training need not have had
 * @param options.lacking whether it may lack some of the features: then they count as missing, and a warning says so
 * @throws InputError naming a feature that the table may not lack
 */
export function conformed(
  manifest: Manifest,
  table: Table,
  { id = null, lacking = false }: { id?: string | null; lacking?: boolean } = {},
): Table {
  const { schema } = manifest;
  if (!schema) return table;
  const isNeeded = neededColumns(recordedRequest(manifest));
  const isWanted = (name: string) => name !== id && isNeeded(name);
  const broken = checkSchema(withoutLacking(schema, table, lacking), table, isWanted);
  const { table: whole, sentences } = lacking ? withMissingFeatures(schema, table) : { table, sentences: [] };
  return { ...conformTable(schema, whole), warnings: [...table.warnings, ...sentences, ...broken] };
}

/** The schema as far as the table has its columns, or whole; of the others nothing more is to be said. */
function withoutLacking(schema: Schema, table: Table, lacking: boolean): Schema {
  if (!lacking) return schema;
  const names = new Set(table.columns.map(({ name }) => name));
  return { columns: schema.columns.map((column) => (names.has(column.name) ? column : { ...column, role: 'unused' })) };
}
