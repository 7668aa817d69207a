// Checks texts of DELTA_BYTE_ARRAY before hyparquet decodes them: each takes its beginning from the one before, so that a
// page of a few kilobytes can claim terabytes.
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';

/**
 * Throws where a text claims more of the one before than that has, or all texts together more than they may have.
 *
 * @param at where the page's values begin: the lengths of the beginnings, then of the rests, both delta-encoded
 * @param count texts of the page, nulls left out
 * @param mostBytes of all texts together
 * @see Apache Parquet, parquet-format 2.11, Encodings.md, Delta Strings
 */
export function checkPrefixes(
  page: Uint8Array,
  { at, count, mostBytes }: { at: number; count: number; mostBytes: number },
): void {
  const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: at };
  const [beginnings, rests] = [new Int32Array(count), new Int32Array(count)];
  deltaBinaryUnpack(reader, count, beginnings);
  deltaBinaryUnpack(reader, count, rests);
  let [length, total] = [0, 0];
  for (let i = 0; i < count; i++) {
    const beginning = beginnings[i];
    if (beginning > length) throw new Error(`a text that begins with ${beginning} bytes of one of ${length}`);
    length = beginning + rests[i];
    total += length;
    if (total > mostBytes) throw new Error(`texts of more than ${mostBytes} bytes in a page of ${page.length}`);
  }
}
