import * as z from 'zod/mini';
import { InputError } from '../core/errors.ts';
import { describeIssues } from './issues.ts';
import { type PipelineDocument, pipelineSchema } from './schema.ts';

/**
 * Checks a pipeline document that is already an object, as it comes in an HTTP request.
 *
 * @param source what to call it in messages
 * @throws InputError that names the source, the path, what was expected and what was found; all problems are named at once
 */
export function checkPipeline(
  value: unknown,
  source: string,
  lineOf: (path: readonly PropertyKey[]) => number | undefined = () => undefined,
): PipelineDocument {
  const result = z.safeParse(pipelineSchema, value);
  if (result.success) return result.data;
  throw new InputError(
    describeIssues(result.error.issues, value, ({ path, sentence }) => {
      const line = lineOf(path);
      const place = path.length === 0 ? '' : `, ${formatPath(path)}`;
      return `${source}${line === undefined ? '' : `, line ${line}`}${place}: ${sentence}`;
    }),
  );
}

const formatPath = (path: readonly PropertyKey[]): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${String(part)}`)).join('');
