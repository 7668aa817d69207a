import { InputError } from '../core/errors.ts';
import type { GetOptions, PutOptions } from './store.ts';

/** What one page of a listing holds at most, as on S3. */
const pageLimit = 1000;

/** @throws InputError unless both ends are whole numbers with 0 ≤ start < end */
export function checkRange(key: string, range: GetOptions['range']): void {
  if (!range) return;
  const { start, end } = range;
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start < end) return;
  throw new InputError(`${key}: expected a range with 0 ≤ start < end, found ${start} to ${end}`);
}

/** @throws InputError when the range begins at or after the object's end */
export function checkRangeStart(key: string, range: GetOptions['range'], size: number): void {
  if (range && range.start >= size) throw rangeBeyondEnd(key, range, size);
}

/** The error for a range that begins at or behind the object's end. */
export function rangeBeyondEnd(key: string, range: GetOptions['range'], size?: number): InputError {
  const found = size === undefined ? 'it ends before' : `it has ${size} bytes`;
  return new InputError(
    `${key}: expected a range that begins within the object, found start ${range?.start}: ${found}`,
  );
}

/** @throws InputError when two conditions are asked for that can't hold together */
export function checkConditions(key: string, { ifAbsent, ifMatch }: PutOptions): void {
  if (ifAbsent && ifMatch !== undefined) {
    throw new InputError(`${key}: expected ifAbsent or ifMatch, found both`);
  }
}

/** The number of objects on a page. @throws InputError unless it is a whole number from 1 to 1,000 */
export function pageSize(limit: number | undefined): number {
  if (limit === undefined) return pageLimit;
  if (Number.isInteger(limit) && limit >= 1 && limit <= pageLimit) return limit;
  throw new InputError(`list: expected a limit from 1 to ${pageLimit}, found ${limit}`);
}
