import * as z from 'zod/mini';

// Fields that the report's schemas share: each says what it means, since the published JSON Schema is made of them.

export const text = (description: string) => z.string().check(z.describe(description));
export const count = (description: string) => z.int().check(z.nonnegative(), z.describe(description));
export const number = (description: string) => z.number().check(z.describe(description));
export const share = (description: string) => z.number().check(z.minimum(0), z.maximum(1), z.describe(description));
