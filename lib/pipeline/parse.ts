import { isMap, LineCounter, parseDocument } from 'yaml';
import { InputError } from '../core/errors.ts';
import { checkPipeline, checkPredictionsDocument, type LineOf } from './check-pipeline.ts';
import type { PredictionsDocument } from './predictions-schema.ts';
import type { PipelineDocument } from './schema.ts';

/** Longest document that is read, in characters. */
export const documentLimit = 256 * 1024;

/**
 * Reads a pipeline document from YAML or JSON text (JSON is read as the YAML that it is).
 *
 * @param source where the text came from, for messages
 * @throws InputError that names the source, the line and path in the document, what was expected and what was found;
 *   all problems are named at once
 */
export function parsePipeline(text: string, source: string): PipelineDocument {
  return refusingDeepNesting(source, () => {
    const { value, lineOf } = parse(text, source);
    return checkPipeline(value, source, lineOf);
  });
}

/** What a document asks for: a training, or an evaluation of predictions. */
export type ParsedDocument =
  | { kind: 'pipeline'; document: PipelineDocument }
  | { kind: 'predictions'; document: PredictionsDocument };

/**
 * Reads a pipeline document, or a predictions document, which has `predictions` instead of `data`.
 *
 * @throws InputError as `parsePipeline` does
 */
export function parseEither(text: string, source: string): ParsedDocument {
  return refusingDeepNesting(source, () => {
    const { value, lineOf } = parse(text, source);
    return typeof value === 'object' && value !== null && Object.hasOwn(value, 'predictions')
      ? { kind: 'predictions', document: checkPredictionsDocument(value, source, lineOf) }
      : { kind: 'pipeline', document: checkPipeline(value, source, lineOf) };
  });
}

function refusingDeepNesting<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    // The parser and the walk through its tree recurse once per level.
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(`${source}: expected a pipeline document, found values nested too deep to be one`);
  }
}

function parse(text: string, source: string): { value: unknown; lineOf: LineOf } {
  if (text.length > documentLimit) {
    throw new InputError(
      `${source}: expected a pipeline document of at most ${documentLimit} characters, found ${text.length}`,
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, version: '1.2' });
  const [syntaxError] = document.errors;
  if (syntaxError) {
    const { line, col } = lines.linePos(syntaxError.pos[0]);
    throw new InputError(
      `${source}, line ${line}, column ${col}: expected YAML or JSON, found ${syntaxError.message.split('\n')[0].replace(/ at line \d+, column \d+:$/, '')}`,
    );
  }
  if (!isMap(document.contents)) {
    throw new InputError(
      `${source}: expected a pipeline document with name, task and data, found ${kindOf(document.toJS())}`,
    );
  }
  const lineOf: LineOf = (path) => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      const range = (node as { range?: [number, number, number] } | undefined)?.range;
      if (range) return lines.linePos(range[0]).line;
    }
    return undefined;
  };
  return { value: toPlain(document, source), lineOf };
}

function toPlain(document: ReturnType<typeof parseDocument>, source: string): unknown {
  let plain: unknown;
  try {
    // A handful of aliases serves repetition; more is an attempt to blow the document up.
    plain = document.toJS({ maxAliasCount: 20 });
  } catch (error) {
    throw new InputError(`${source}: expected at most 20 uses of an anchor, found more`, { cause: error });
  }
  try {
    JSON.stringify(plain);
  } catch (error) {
    throw new InputError(`${source}: expected a tree, found an anchor that is used within itself`, { cause: error });
  }
  return plain;
}

const kindOf = (value: unknown): string =>
  value === null ? 'nothing' : Array.isArray(value) ? 'a list' : typeof value;
