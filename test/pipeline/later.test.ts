import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { later } from '../../lib/pipeline/later.ts';

const counted = () => {
  let made = 0;
  const seed = later(() => {
    made++;
    return z.strictObject({ seed: z.number() });
  });
  return { schema: z.strictObject({ name: z.string(), seed: z.optional(seed) }), made: () => made };
};

test('a schema is made when a value first comes to it, and once', () => {
  const { schema, made } = counted();
  expect(z.safeParse(schema, { name: 'a' })).toMatchObject({ success: true, data: { name: 'a' } });
  expect(z.safeParse(schema, { name: 'a', seeds: 1 }).success).toBe(false);
  expect(made()).toBe(0);
  for (const value of [1, 2]) expect(z.safeParse(schema, { name: 'a', seed: { seed: value } }).success).toBe(true);
  expect(made()).toBe(1);
});

test('it finds and describes what the schema itself does', () => {
  const { schema } = counted();
  const plain = z.strictObject({ name: z.string(), seed: z.optional(z.strictObject({ seed: z.number() })) });
  for (const value of [
    { name: 'a', seed: { seed: 'x' } },
    { name: 'a', seed: { sed: 1 } },
    { name: 'a', seed: null },
  ]) {
    expect(z.safeParse(schema, value).error?.issues).toEqual(z.safeParse(plain, value).error?.issues);
  }
  expect(z.toJSONSchema(schema)).toEqual(z.toJSONSchema(plain));
});
