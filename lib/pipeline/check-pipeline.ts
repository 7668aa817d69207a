import * as z from 'zod/mini';
import { InputError } from '../core/errors.ts';
import { describeIssues } from './issues.ts';
import { type PredictionsDocument, predictionsSchema } from './predictions-schema.ts';
import { type PipelineDocument, pipelineSchema } from './schema.ts';

/** The line on which a path stands in a document's text; undefined when the document did not come from a text. */
export type LineOf = (path: readonly PropertyKey[]) => number | undefined;

/**
 * Checks a pipeline document that is already an object, as it comes in an HTTP request.
 *
 * @param source what to call it in messages
 * @throws InputError that names the source, the path, what was expected and what was found; all problems are named at once
 */
export function checkPipeline(value: unknown, source: string, lineOf: LineOf = () => undefined): PipelineDocument {
  return check(pipelineSchema, value, source, lineOf);
}

/** Checks a document about predictions; otherwise as `checkPipeline`. */
export function checkPredictionsDocument(
  value: unknown,
  source: string,
  lineOf: LineOf = () => undefined,
): PredictionsDocument {
  return check(predictionsSchema, value, source, lineOf);
}

function check<T>(schema: z.core.$ZodType<T>, value: unknown, source: string, lineOf: LineOf): T {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  throw new InputError(
    describeIssues(result.error.issues, { schema, root: value }, ({ path, sentence }) => {
      const line = lineOf(path);
      const place = path.length === 0 ? '' : `, ${formatPath(path)}`;
      return `${source}${line === undefined ? '' : `, line ${line}`}${place}: ${sentence}`;
    }),
  );
}

const formatPath = (path: readonly PropertyKey[]): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${String(part)}`)).join('');
