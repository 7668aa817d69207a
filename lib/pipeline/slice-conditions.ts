/** One condition on the cells of a column. */
export interface SliceCondition {
  column: string;
  is: '=' | '<' | '<=' | '>' | '>=';
  /** As it is written; `missing` is an empty cell. */
  value: string;
}

/**
 * Parses the conditions of a slice, such as `zone = north` or `age >= 30 and sex = female`.
 *
 * @returns undefined when a part lacks its column, sign or value, or compares by size with something that is no number
 */
export function sliceConditions(text: string): SliceCondition[] | undefined {
  const conditions = text.split(/ and /).map((part): SliceCondition | undefined => {
    const found = /^\s*(.*?\S)\s*(<=|>=|<|>|=)\s*(\S.*?)\s*$/.exec(part);
    if (!found) return undefined;
    const [, column, is, value] = found;
    if (is !== '=' && !Number.isFinite(Number(value))) return undefined;
    return { column, is: is as SliceCondition['is'], value };
  });
  return conditions.every((condition) => condition !== undefined) ? conditions : undefined;
}
