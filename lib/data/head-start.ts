import { rangesOf, segmentBytes } from './segment-feed.ts';
import type { DataObject } from './table.ts';

/**
 * The object itself, with its first segment being fetched from now on, while somebody looks at how it begins: that takes a
 * round trip and some parsing, in which the link would be idle. Files need none of it, and of what is named as no plain text
 * of cells other ranges will be wanted.
 *
 * Each range is given away once; who asks again, or for another one, has it fetched.
 */
export function withHeadStart(object: DataObject): DataObject {
  if (object.openFile || object.size <= segmentBytes || otherNames.test(object.key)) return object;
  const ranges = rangesOf(0, segmentBytes, object.size).map(({ start, end }) => {
    const bytes = object.readRange(start, end);
    // Nobody may come for it, and its failure must not end the process.
    bytes.catch(() => {});
    return { start, end, bytes };
  });
  return {
    ...object,
    readRange(start, end, into) {
      const at = ranges.findIndex((range) => range.start === start && range.end === end);
      return at < 0 ? object.readRange(start, end, into) : ranges.splice(at, 1)[0].bytes;
    },
  };
}

const otherNames = /\.(gz|gzip|zst|zstd|parquet|parq|json|jsonl|ndjson|libsvm|svm|svmlight)$/i;
