/**
 * At most `limit` of `items`, evenly spaced, in order, with the first and the last among them.
 *
 * @param limit at least 2
 * @example thin([0, 1, 2, 3, 4, 5, 6], 3) // [0, 3, 6]
 */
export function thin<T>(items: ArrayLike<T>, limit: number): T[] {
  if (items.length <= limit) return Array.from(items);
  const stride = (items.length - 1) / (limit - 1);
  return Array.from({ length: limit }, (_, i) => items[Math.round(i * stride)]);
}
