/** One condition on the cells of a column. */
export interface SliceCondition {
  column: string;
  is: '=' | '<' | '<=' | '>' | '>=';
  /** As it is written; `missing` is an empty cell. */
  value: string;
}

/**
 * The conditions that a slice is written as: `zone = north`, `age >= 30 and sex = female`.
 *
 * @returns undefined where a part has no column, no sign or no value, or asks for the order of what is no number
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
