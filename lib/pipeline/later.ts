import * as z from 'zod/mini';

/**
 * A schema that is made when the first value is checked with it. Most documents use few of the fields that they may have, and
 * making the schemas of all fields takes longer than reading a document.
 *
 * @param make makes a schema that does not accept an absent value: optional fields and defaults are wrapped around this
 */
export function later<T extends z.core.$ZodType>(make: () => T): z.ZodMiniLazy<T> {
  const schema = z.lazy(make);
  // zod asks each field of an object how it treats an absent value, and a lazy schema would be made just to answer that.
  Object.defineProperty(schema._zod, 'optin', { value: undefined });
  return schema;
}
