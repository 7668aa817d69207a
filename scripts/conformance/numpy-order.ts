/**
 * NumPy's `argsort` of finite float64 values: a quicksort that is not stable, so that what ties "ignored" means in
 * scikit-learn is the order in which this leaves them.
 *
 * Median of three, insertion sort for stretches of up to 16 values. NumPy turns to a heap sort where the quicksort gets
 * deeper than twice the number of bits of the length; golden files are far from that, and here nothing does.
 *
 * @see Musser 1997, Software: Practice and Experience 27(8); NumPy 1.24, `argsort` of kind "quicksort"
 */
export function numpyOrder(values: readonly number[]): number[] {
  const order = values.map((_, i) => i);
  const stretches: [number, number][] = [[0, values.length - 1]];
  for (let stretch = stretches.pop(); stretch; stretch = stretches.pop()) {
    let [left, right] = stretch;
    while (right - left > longestInserted) {
      const middle = partition(values, order, left, right);
      const [lower, upper]: [number, number][] = [
        [left, middle - 1],
        [middle + 1, right],
      ];
      // The longer part waits.
      const [next, waiting] = middle - left < right - middle ? [lower, upper] : [upper, lower];
      stretches.push(waiting);
      [left, right] = next;
    }
    insert(values, order, left, right);
  }
  return order;
}

const longestInserted = 15;

function partition(values: readonly number[], order: number[], left: number, right: number): number {
  const swap = (a: number, b: number) => {
    [order[a], order[b]] = [order[b], order[a]];
  };
  const isLess = (a: number, b: number) => values[order[a]] < values[order[b]];
  const middle = left + ((right - left) >> 1);
  if (isLess(middle, left)) swap(middle, left);
  if (isLess(right, middle)) swap(right, middle);
  if (isLess(middle, left)) swap(middle, left);
  const pivot = values[order[middle]];
  let [low, high] = [left, right - 1];
  swap(middle, high);
  for (;;) {
    do low++;
    while (values[order[low]] < pivot);
    do high--;
    while (pivot < values[order[high]]);
    if (low >= high) break;
    swap(low, high);
  }
  swap(low, right - 1);
  return low;
}

function insert(values: readonly number[], order: number[], left: number, right: number): void {
  for (let i = left + 1; i <= right; i++) {
    const item = order[i];
    let at = i;
    for (; at > left && values[item] < values[order[at - 1]]; at--) order[at] = order[at - 1];
    order[at] = item;
  }
}
