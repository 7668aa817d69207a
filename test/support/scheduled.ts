import type { Context } from '../../lib/jobs/context.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { pipelineOf, putText, sampleCsv, type TestClock, testContext } from './jobs.ts';
import { housesPipeline } from './s3-events.ts';

/** The pipeline that `trainedDaily` leaves: its champion is evaluated once a day. */
export const daily = `${housesPipeline()}schedule: { every: 1 day }\n`;

/** A store with a champion whose pipeline has a schedule, a little after midnight. */
export async function trainedDaily(): Promise<{
  context: Context;
  clock: TestClock;
  reports: () => Promise<string[]>;
}> {
  const clock = { nowMs: Date.UTC(2026, 0, 1, 0, 5) };
  const context = testContext({ clock });
  await putText(context.store, 'pipelines/houses.yml', daily);
  await putText(context.store, 'datasets/houses/part-1.csv', sampleCsv(80));
  await runPipeline(context, pipelineOf(daily));
  const reports = async () =>
    (await context.store.list('reports/')).objects.map(({ key }) => key).filter((key) => key.endsWith('.json'));
  return { context, clock, reports };
}
