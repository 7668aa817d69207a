import { InputError } from '../core/errors.ts';

/** More classes than this are taken for a mistake: identifiers or prices given as labels. */
const classLimit = 1 << 20;

/**
 * Refuses what is no class index.
 *
 * @throws InputError naming the first row that is not an integer from 0, or not below `classCount`
 */
export function checkClasses(name: string, classes: ArrayLike<number>, classCount = classLimit): void {
  // Almost always they are whole numbers already: those are looked at without more ado.
  if (classes instanceof Int32Array && isBelow(classes, classCount)) return;
  for (let row = 0; row < classes.length; row++) {
    const label = classes[row];
    if (!(Number.isInteger(label) && label >= 0 && label < classCount)) {
      throw new InputError(`${name}[${row}]: expected a class index from 0 to ${classCount - 1}, found ${label}`);
    }
  }
}

function isBelow(classes: Int32Array, classCount: number): boolean {
  // The bitwise or of all numbers is negative if one is, and at least as large as each: for two classes that is enough.
  let bits = 0;
  for (let row = 0; row < classes.length; row++) bits |= classes[row];
  if (bits < classCount) return bits >= 0;
  let top = 0;
  for (let row = 0; row < classes.length; row++) top = Math.max(top, classes[row]);
  return top < classCount;
}

/** 1 for a 32-bit integer that is not 0, else 0; without a branch, as a number or its negative has the sign bit set. */
export const isNonZero = (bits: number): number => (bits | -bits) >>> 31;

/** The classes that occur in any of `columns`, ascending. Expects checked columns. */
export function presentLabels(...columns: ArrayLike<number>[]): Int32Array {
  const seen = new Uint8Array(Math.max(...columns.map(topOf)) + 1);
  for (const column of columns) markSeen(column, seen);
  return Int32Array.from(seen.keys().filter((label) => seen[label] === 1));
}

function topOf(column: ArrayLike<number>): number {
  let top = -1;
  for (let row = 0; row < column.length; row++) if (column[row] > top) top = column[row];
  return top;
}

function markSeen(column: ArrayLike<number>, seen: Uint8Array): void {
  for (let row = 0; row < column.length; row++) seen[column[row]] = 1;
}

/**
 * Position of each class index in `labels`: -1, or undefined past the end, for those that are not among them.
 *
 * @throws InputError when a label is no class index, or stands there twice
 */
export function positionsOf(labels: ArrayLike<number>): Int32Array {
  checkClasses('labels', labels);
  let top = -1;
  for (let k = 0; k < labels.length; k++) top = Math.max(top, labels[k]);
  const positions = new Int32Array(top + 1).fill(-1);
  for (let k = 0; k < labels.length; k++) {
    if (positions[labels[k]] !== -1) throw new InputError(`labels: expected each class once, found ${labels[k]} twice`);
    positions[labels[k]] = k;
  }
  return positions;
}
