import { checkPipelineMetrics } from '../../../lib/jobs/check-metrics.ts';
import { type ResolvedPipeline, readPipeline } from '../../../lib/jobs/pipelines.ts';
import { beginRun } from '../../../lib/jobs/runs.ts';
import { resolvePipeline } from '../../../lib/pipeline/resolve.ts';
import type { PipelineDocument } from '../../../lib/pipeline/schema.ts';
import { startIfRoom } from './room.ts';
import { answer, type Call } from './route.ts';
import { linksOf, trainingAnswer } from './trainings.ts';

type TrainingCall = Omit<Call, 'body'> & { body: { pipeline: string | PipelineDocument } };

/** Starts a training, or answers with one that was done before. */
export async function startTraining(call: TrainingCall): Promise<Response> {
  const { context, services } = call;
  const pipeline = await pipelineOf(call);
  checkPipelineMetrics(pipeline.request);
  const { request, result } = await beginRun(context, pipeline);
  const { run } = request;
  if (result) return trainingAnswer(call, run, 200);
  await startIfRoom(services, context, 'training', { name: pipeline.request.name, id: run });
  services.telemetry.info('training', { run });
  const links = linksOf(run);
  return answer('Training', { run, status: 'running', links }, { status: 202, headers: { location: links.self } });
}

async function pipelineOf({ body: { pipeline }, context }: TrainingCall): Promise<ResolvedPipeline> {
  return typeof pipeline === 'string' ? readPipeline(context.store, pipeline) : resolvePipeline(pipeline);
}
