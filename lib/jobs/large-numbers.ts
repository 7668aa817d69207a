/**
 * Parses JSON in which numbers beyond the range of float64, such as 1e400, stay the texts that they are, so that a message
 * about them shows what was written. It takes several times as long as plain parsing.
 *
 * @throws SyntaxError when the text is no JSON
 */
export function parseWithLargeNumbers(text: string): unknown {
  return JSON.parse(text, (_, value: unknown, context?: { source?: string }) =>
    value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? (context?.source ?? value) : value,
  );
}
