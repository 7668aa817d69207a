import * as z from 'zod/mini';

/**
 * A schema that is made when a value first comes to it: few documents have much of what they may have, and to make the schemas
 * of it all takes longer than to read a document.
 *
 * @param make a schema that does not stand for an absent value: whether a field may be left out is said around this
 */
export function later<T extends z.core.$ZodType>(make: () => T): z.ZodMiniLazy<T> {
  const schema = z.lazy(make);
  // zod asks each field of an object what it makes of an absent value, and a lazy schema would be made to answer.
  Object.defineProperty(schema._zod, 'optin', { value: undefined });
  return schema;
}
