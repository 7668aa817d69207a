/** Golden files of one layout, and how the library is held to them. A new group is one file and a line in groups.ts. */
export interface Group {
  /** As the summary names it. */
  name: string;
  /** Whether a file is of this group, by its path below the golden folder, with forward slashes. */
  matches(path: string): boolean;
  /** Checks all that the file holds, one outcome a case. */
  check(golden: unknown, at: Place): Iterable<Outcome>;
}

/** A group whose check takes reading data, which is not done at once. */
export interface ReadingGroup extends Omit<Group, 'check'> {
  read(golden: unknown, at: Place): AsyncIterable<Outcome>;
}

export interface Place {
  /** Path below the golden folder. */
  path: string;
  /** Folder of the datasets that the golden values were computed from, if one was given. */
  datasets?: string;
}

export type Outcome =
  | { result: 'passed'; name: string }
  | { result: 'failed'; name: string; why: string }
  | { result: 'skipped'; name: string; reason: string };

/** The outcome of a case in which these differences were found. */
export function outcome(name: string, differences: readonly string[]): Outcome {
  if (differences.length === 0) return { result: 'passed', name };
  const rest = differences.length > 3 ? `; and ${differences.length - 3} more` : '';
  return { result: 'failed', name, why: differences.slice(0, 3).join('; ') + rest };
}

/** Most that a number may differ from its golden value. */
export interface Tolerance {
  /** Share of the golden value. */
  relative: number;
  /** In units of the value. */
  absolute?: number;
  /** In units of the value, where the golden value is 0. */
  zero?: number;
}

/**
 * Where `found` is not `expected`: a line each, none when they agree.
 *
 * Golden values are numbers, the strings of those that JSON cannot write ("NaN", "Infinity", "-Infinity"), arrays of
 * them at any depth, and objects; a null in an object is not compared. Arrays are compared as flattened.
 */
export function differences(found: unknown, expected: unknown, tolerance: Tolerance, where = 'value'): string[] {
  if (Array.isArray(expected)) {
    const flat = expected.flat(Number.POSITIVE_INFINITY);
    const values = ArrayBuffer.isView(found) || Array.isArray(found) ? Array.from(found as Float64Array) : [];
    if (values.length !== flat.length) return [`${where}: ${values.length} numbers instead of ${flat.length}`];
    return flat.flatMap((value, i) => differences(values[i], value, tolerance, `${where}[${i}]`));
  }
  if (typeof expected === 'object' && expected !== null) {
    return Object.entries(expected)
      .filter(([, value]) => value !== null)
      .flatMap(([key, value]) =>
        differences((found as Record<string, unknown> | undefined)?.[key], value, tolerance, `${where}.${key}`),
      );
  }
  const number = Number(expected);
  return isClose(found, number, tolerance) ? [] : [`${where}: ${found} instead of ${number}`];
}

function isClose(found: unknown, expected: number, { relative, absolute = 0, zero = 0 }: Tolerance): boolean {
  if (typeof found !== 'number') return false;
  if (!Number.isFinite(expected) || !Number.isFinite(found)) return Object.is(found, expected);
  if (expected === 0) return Math.abs(found) <= Math.max(absolute, zero);
  return Math.abs(found - expected) <= Math.max(absolute, relative * Math.abs(expected));
}
