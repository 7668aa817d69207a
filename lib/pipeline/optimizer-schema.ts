import * as z from 'zod/mini';
import { describe } from './describe.ts';
import { later } from './later.ts';

const positive = z.number().check(z.positive());
const nonNegative = z.number().check(z.nonnegative());
const share = z.number().check(z.minimum(0), z.maximum(1));
const count = z.int().check(z.positive());
const seed = z.int().check(z.minimum(0), z.maximum(0xffff_ffff));
const decay = z.number().check(z.gte(0), z.lt(1));
const batchSize = z.optional(z.union([count, z.literal('full')]));

// What `linear`, `cosine` and the others do is told in docs/optimizers.md.
const plainSchedules = () =>
  [
    z.strictObject({ kind: z.literal('constant'), factor: z.optional(nonNegative), epochs: z.optional(count) }),
    z.strictObject({
      kind: z.literal('step'),
      every: z.optional(count),
      at: z.optional(z.array(count).check(z.minLength(1))),
      gamma: z.optional(positive),
    }),
    z.strictObject({ kind: z.literal('exponential'), gamma: positive, every: z.optional(positive) }),
    z.strictObject({ kind: z.literal('cosine'), epochs: z.optional(count), floor: z.optional(share) }),
    z.strictObject({
      kind: z.literal('cosineRestarts'),
      epochs: count,
      growth: z.optional(count),
      floor: z.optional(share),
    }),
    z.strictObject({
      kind: z.literal('oneCycle'),
      epochs: z.optional(count),
      warmUp: z.optional(share),
      from: z.optional(positive),
      to: z.optional(positive),
      shape: z.optional(z.enum(['cosine', 'linear'])),
      threePhases: z.optional(z.boolean()),
    }),
    z.strictObject({
      kind: z.literal('linear'),
      epochs: count,
      from: z.optional(nonNegative),
      to: z.optional(nonNegative),
    }),
    z.strictObject({
      kind: z.literal('polynomial'),
      epochs: z.optional(count),
      power: z.optional(positive),
      floor: z.optional(share),
    }),
    z.strictObject({ kind: z.literal('inverse'), decay: nonNegative, power: z.optional(positive) }),
    z.strictObject({
      kind: z.literal('cyclic'),
      up: count,
      down: z.optional(count),
      floor: z.optional(share),
      cycleGamma: z.optional(positive),
    }),
  ] as const;

const plateau = later(() =>
  z.strictObject({
    kind: z.literal('plateau'),
    factor: z.optional(z.number().check(z.gt(0), z.lt(1))),
    patience: z.optional(z.int().check(z.minimum(0))),
    threshold: z.optional(nonNegative),
    cooldown: z.optional(z.int().check(z.minimum(0))),
    floor: z.optional(share),
  }),
);

const learningRateSchedule = z.optional(
  later(() => {
    const plain = plainSchedules();
    return z
      .discriminatedUnion('kind', [
        ...plain,
        plateau,
        z.strictObject({
          kind: z.literal('chained'),
          of: z.array(z.discriminatedUnion('kind', [...plain, plateau])).check(z.minLength(1)),
        }),
        z.strictObject({
          kind: z.literal('sequential'),
          of: z.array(z.discriminatedUnion('kind', [...plain])).check(z.minLength(1)),
          at: z.array(count).check(describe('The epochs at which the second, the third, … begin.')),
        }),
      ])
      .check(describe('What the learning rate is multiplied by; lengths are in epochs.'));
  }),
);

const rate = {
  learningRate: z.optional(positive),
  batchSize,
  weightDecay: z.optional(nonNegative),
  seed: z.optional(seed),
  schedule: learningRateSchedule,
};
const moments = { ...rate, beta1: z.optional(decay), beta2: z.optional(decay), epsilon: z.optional(positive) };
const adamMoments = {
  ...moments,
  epsilonHat: z.optional(positive.check(describe("Added to the root before bias correction, as Keras's epsilon is."))),
  amsgrad: z.optional(z.boolean()),
};

/** The optimizer of a pipeline document, as written. */
export const optimizerSchema = later(() =>
  z.discriminatedUnion('name', [
    z.strictObject({
      name: z.literal('auto').check(describe('The one that fits the model and its data; the report says which.')),
    }),
    z.strictObject({ name: z.literal('gd'), learningRate: z.optional(positive), schedule: learningRateSchedule }),
    z.strictObject({
      name: z.literal('sgd'),
      ...rate,
      momentum: z.optional(decay),
      dampening: z.optional(decay),
      nesterov: z.optional(z.boolean()),
    }),
    z.strictObject({
      name: z.literal('adagrad'),
      ...rate,
      learningRateDecay: z.optional(nonNegative),
      initialAccumulator: z.optional(nonNegative),
      epsilon: z.optional(positive),
    }),
    z.strictObject({
      name: z.literal('rmsprop'),
      ...rate,
      decay: z.optional(decay),
      epsilon: z.optional(positive),
      centred: z.optional(z.boolean()),
      momentum: z.optional(decay),
    }),
    z.strictObject({
      name: z.literal('adadelta'),
      ...rate,
      decay: z.optional(decay),
      epsilon: z.optional(positive),
    }),
    z.strictObject({ name: z.literal('adam'), ...adamMoments }),
    z.strictObject({ name: z.literal('adamw'), ...adamMoments }),
    z.strictObject({ name: z.literal('adamax'), ...moments }),
    z.strictObject({ name: z.literal('nadam'), ...moments, momentumDecay: z.optional(nonNegative) }),
    z.strictObject({ name: z.literal('radam'), ...moments }),
    z.strictObject({ name: z.literal('lion'), ...rate, beta1: z.optional(decay), beta2: z.optional(decay) }),
    z.strictObject({ name: z.literal('lbfgs'), memory: z.optional(count), noise: z.optional(nonNegative) }),
    z.strictObject({ name: z.literal('newton'), noise: z.optional(nonNegative) }),
    z.strictObject({ name: z.literal('closedForm') }),
    z.strictObject({
      name: z.literal('fista').check(describe('Accelerated proximal steps, for model.l1 with a convex loss.')),
      learningRate: z.optional(positive),
    }),
  ]),
);
