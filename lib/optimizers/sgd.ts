import { penalise } from './add-decay.ts';
import { chain } from './chain.ts';
import type { Rule } from './rule.ts';
import { scaleByLearningRate } from './scale-by-learning-rate.ts';
import type { Schedule } from './schedules/schedule.ts';
import { trace } from './trace.ts';

export interface SgdOptions {
  learningRate: number;
  momentum?: number;
  dampening?: number;
  nesterov?: boolean;
  weightDecay?: number;
  schedule?: Schedule;
}

/**
 * Stochastic gradient descent: weight decay, then momentum, then the learning rate. See `addDecay`, `trace`.
 *
 * Without momentum, `dampening` does nothing, as in torch.
 *
 * @param learningRate α, above 0
 * @throws InputError when an option leaves its range, or when nesterov comes with dampening or without momentum
 * @see Robbins & Monro 1951, Ann. Math. Stat. 22(3); the order and the first step are those of torch.optim.SGD
 */
export function sgd({
  learningRate,
  momentum = 0,
  dampening = 0,
  nesterov = false,
  weightDecay = 0,
  schedule,
}: SgdOptions): Rule {
  // The link is made even where it is left out, so that its options are checked alike.
  const momentumLink = trace({ momentum, dampening, nesterov });
  return chain(
    ...penalise(weightDecay),
    ...(momentum === 0 ? [] : [momentumLink]),
    scaleByLearningRate({ learningRate, schedule }),
  );
}
