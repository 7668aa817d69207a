import type { Context } from '../../lib/jobs/context.ts';
import { type RunStep, readRun } from '../../lib/jobs/runs.ts';
import type { Handler } from './on-lambda.ts';
import type { Services } from './services.ts';
import { task } from './task.ts';
import type { Telemetry } from './telemetry.ts';

/** A task of one step of a run; its log lines name the run and its pipeline. */
export function runTask<Answer>(
  name: string,
  run: (context: Context, step: RunStep, telemetry: Telemetry) => Promise<Answer>,
): (services: Services) => Handler<unknown, Answer> {
  return task({
    name,
    read: readRunStep,
    fields: (step) => ({ run: step.run }),
    async run(step, context, telemetry) {
      const kept = await readRun(context.store, step.run);
      telemetry.note({ pipeline: kept.request.name });
      return run(context, { ...step, kept }, telemetry);
    },
  });
}

/**
 * Checks the input of a step of a run.
 *
 * A valid step is recognised without its schema, which takes longer to load than many steps take to run. The schema only
 * finds what is wrong with an invalid one.
 *
 * @throws InputError naming each place that is wrong
 */
async function readRunStep(input: unknown, where: string): Promise<RunStep> {
  const { run, ...others } = Object(input);
  if (typeof run === 'string' && /^[0-9a-f]{32}$/.test(run) && Object.keys(others).length === 0) return { run };
  const { checkRunStep } = await import('./run-step.ts');
  return checkRunStep(input, where);
}
