/**
 * Adds the gradient and then the loss, weighted, of rows [from, end) to `sums`, from `offset`.
 *
 * @param order the rows to visit, of which [from, end) are taken; undefined for the rows themselves
 * @param sums shape [parameters + 1] from `offset`
 */
export type AddRows<More extends unknown[] = []> = (
  parameters: Float64Array,
  order: Int32Array | undefined,
  from: number,
  end: number,
  sums: Float64Array,
  offset: number,
  ...more: More
) => void;
