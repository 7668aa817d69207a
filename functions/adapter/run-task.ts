import * as z from 'zod/mini';
import type { Context } from '../../lib/jobs/context.ts';
import { type RunStep, readRun } from '../../lib/jobs/runs.ts';
import { hashSchema } from './check.ts';
import type { Handler } from './on-lambda.ts';
import type { Services } from './services.ts';
import { task } from './task.ts';
import type { Telemetry } from './telemetry.ts';

const runStep = z.strictObject({ run: hashSchema });

/** A task of one step of a run; its log lines name the run and its pipeline. */
export function runTask<Answer>(
  name: string,
  run: (context: Context, step: RunStep, telemetry: Telemetry) => Promise<Answer>,
): (services: Services) => Handler<unknown, Answer> {
  return task({
    name,
    schema: runStep,
    fields: (step) => ({ run: step.run }),
    async run(step, context, telemetry) {
      const { request } = await readRun(context.store, step.run);
      telemetry.note({ pipeline: request.name });
      return run(context, step, telemetry);
    },
  });
}
