import * as z from 'zod/mini';
import { InputError } from '../../lib/core/errors.ts';
import { describeIssue } from '../../lib/pipeline/issues.ts';

/** A name of a pipeline, a model or a dataset, as pipeline documents have them; no path can be made of it. */
export const nameSchema = z.string().check(
  z.regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/, {
    error: 'a name of letters, digits, ".", "_" and "-", at most 64 long, that begins and ends with a letter or digit',
  }),
);

/** The name of a run, a scoring or a version: 128 bits of a SHA-256. */
export const hashSchema = z.string().check(z.regex(/^[0-9a-f]{32}$/, { error: '32 hexadecimal digits' }));

/**
 * `value`, once it is known to follow `schema`.
 *
 * @param where what to call it in messages
 * @throws InputError naming each place that is wrong, what was expected and what was found
 */
export function check<T>(schema: z.core.$ZodType<T>, value: unknown, where: string): T {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const sentences = result.error.issues
    .flatMap((issue) => describeIssue(issue, value))
    .map(({ path, sentence }) => `${[where, ...path.map(String)].join('.')}: ${sentence}`);
  throw new InputError([...new Set(sentences)].join('\n'));
}
