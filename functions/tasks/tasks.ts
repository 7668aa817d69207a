import type { Handler } from '../adapter/on-lambda.ts';
import type { Services } from '../adapter/services.ts';
import { createEvaluate } from './evaluate.ts';
import { createInspect } from './inspect.ts';
import { createPlan } from './plan.ts';
import { createRecordFailure } from './record-failure.ts';
import { createRegister } from './register.ts';
import { createScore } from './score.ts';
import { createTrain } from './train.ts';

/** All tasks by the names that the workflows call them by; what a local engine runs. */
export function createTasks(services: Services): Record<string, Handler<unknown, unknown>> {
  return {
    plan: createPlan(services),
    train: createTrain(services),
    evaluate: createEvaluate(services),
    register: createRegister(services),
    inspect: createInspect(services),
    score: createScore(services),
    'record-failure': createRecordFailure(services),
  };
}
