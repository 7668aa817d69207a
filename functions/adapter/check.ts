import * as z from 'zod/mini';
import { InputError } from '../../lib/core/errors.ts';
import { describeIssues } from '../../lib/pipeline/issues.ts';
import { nameInWords, namePattern } from '../../lib/pipeline/names.ts';

/** A name of a pipeline, a model or a dataset, as pipeline documents have them; no path can be made of it. */
export const nameSchema = z.string().check(z.regex(namePattern, { error: nameInWords }));

/** The name of a run, a scoring or a version: 128 bits of a SHA-256. */
export const hashSchema = z.string().check(z.regex(/^[0-9a-f]{32}$/, { error: '32 hexadecimal digits' }));

/** The name of a version, or six or more of the digits that it begins with. */
export const versionSchema = z
  .string()
  .check(z.regex(/^[0-9a-f]{6,32}$/, { error: '32 hexadecimal digits, or at least the first 6 of them' }));

/** The name of a model's alias. */
export const aliasSchema = z
  .string()
  .check(
    z.regex(/^[a-z][a-z0-9-]{0,31}$/, { error: 'lower-case letters, digits and "-", at most 32, a letter first' }),
  );

/**
 * `value` itself, once it is known to follow `schema`: the schema's own copy lacks a property named `__proto__`, which a
 * row of data may well have.
 *
 * @param where what to call it in messages
 * @throws InputError naming each place that is wrong, what was expected and what was found
 */
export function check<T>(schema: z.core.$ZodType<T>, value: unknown, where: string): T {
  const result = z.safeParse(schema, value);
  if (result.success) return value as T;
  throw new InputError(
    describeIssues(result.error.issues, { schema, root: value }, ({ path, sentence }) => {
      return `${[where, ...path.map(String)].join('.')}: ${sentence}`;
    }),
  );
}
