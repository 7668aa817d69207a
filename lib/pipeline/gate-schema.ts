import * as z from 'zod/mini';
import { describe } from './describe.ts';
import { gateFigures } from './gate-figures.ts';
import { later } from './later.ts';
import { sliceConditions } from './slice-conditions.ts';

// What a document may ask of an evaluation before a model may become champion.

const optionalFields = {
  slice: z.optional(
    z.string().check(
      z.refine((text) => sliceConditions(text) !== undefined, {
        error: 'conditions such as "zone = north" or "age >= 30 and sex = female"',
      }),
      describe('The rows that the gate reads, such as "zone = north" or "age >= 30 and sex = female"; all by default.'),
    ),
  ),
  confidence: z.optional(
    z
      .number()
      .check(
        z.gt(0),
        z.lt(1),
        describe('Asks for significance: undecided unless the whole interval of this confidence lies on one side.'),
      ),
  ),
  atLeastRows: z.optional(z.int().check(z.positive(), describe('With fewer rows the gate is undecided.'))),
};

const metric = z.string().check(describe(`A metric, or one of ${gateFigures.join(', ')}.`));

/** What must hold of a model: a limit, or a comparison with the champion or the baseline. */
export const gateSchema = later(() =>
  z.union(
    [
      z.strictObject({ metric, atMost: z.number(), ...optionalFields }),
      z.strictObject({ metric, atLeast: z.number(), ...optionalFields }),
      z.strictObject({
        metric,
        noWorseThan: z.enum(['champion', 'baseline']),
        by: z.optional(
          z.number().check(z.nonnegative(), describe("Share of the other's value by which this one may be worse.")),
        ),
        ...optionalFields,
      }),
    ],
    { error: ({ input }) => wrongLimits(input) },
  ),
);

/** A gate as its author writes it, checked. */
export type Gate = z.infer<typeof gateSchema>;

const limits = ['atMost', 'atLeast', 'noWorseThan'];

/** A message for a gate with no limit or several; zod would only say that it is none of three objects. */
export function wrongLimits(gate: unknown): string | undefined {
  if (typeof gate !== 'object' || gate === null || Array.isArray(gate)) return undefined;
  const keys = Object.keys(gate);
  const given = limits.filter((key) => keys.includes(key));
  if (given.length === 1) return undefined;
  if (given.length > 1) return `expected one limit, found ${given.join(' and ')}: write a gate for each of them`;
  const others = keys.filter((key) => key !== 'metric').map((key) => JSON.stringify(key.slice(0, 40)));
  return `expected a limit, which is one of ${limits.join(', ')}, found ${others.join(', ') || 'none'}`;
}
