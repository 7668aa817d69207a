import * as z from 'zod/mini';
import type { Checked } from './issues.ts';

/**
 * The keys that an object at a path of a document may have. Where its schema is a union, those of the branches that its
 * other values fit, or of all if they fit none.
 */
export function knownKeys({ schema, root }: Checked, path: readonly PropertyKey[]): string[] {
  let [value, found] = [root, objectsIn(schema, root)];
  for (const part of path) {
    value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
    found = found.flatMap((each) => {
      const inner = innerOf(each, part);
      return inner ? objectsIn(inner, value) : [];
    });
  }
  return [...new Set(found.flatMap((each) => ('shape' in each ? Object.keys(each.shape) : [])))];
}

type Definition = z.core.$ZodTypes['_zod']['def'];
type Holder = Extract<Definition, { type: 'object' | 'array' | 'record' }>;

/** The schemas of objects, lists and records behind a schema that wraps them, or is a union of them. */
function objectsIn(schema: z.core.$ZodType, value: unknown): Holder[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
    case 'array':
    case 'record':
      return [def];
    case 'optional':
    case 'nullable':
    case 'default':
      return objectsIn(def.innerType, value);
    case 'lazy':
      return objectsIn(def.getter(), value);
    case 'union': {
      const branches = def.options.flatMap((option) => objectsIn(option, value));
      const fitting = branches.filter((branch) => fits(branch, value));
      return fitting.length > 0 ? fitting : branches;
    }
    default:
      return [];
  }
}

/** Whether a value has all that an object must have, and where that is one of a few values, one of those. */
function fits(holder: Holder, value: unknown): boolean {
  if (!('shape' in holder) || typeof value !== 'object' || value === null) return false;
  return Object.entries(holder.shape).every(([key, schema]) => {
    const { type } = (schema as z.core.$ZodTypes)._zod.def;
    if (type === 'optional') return true;
    if (!Object.hasOwn(value, key)) return false;
    return (
      (type !== 'literal' && type !== 'enum') || z.safeParse(schema, (value as Record<string, unknown>)[key]).success
    );
  });
}

function innerOf(holder: Holder, part: PropertyKey): z.core.$ZodType | undefined {
  if ('shape' in holder) return Object.hasOwn(holder.shape, part) ? holder.shape[part as string] : undefined;
  return 'element' in holder ? holder.element : holder.valueType;
}
