import { InputError } from '../../../lib/core/errors.ts';
import type { Context } from '../../../lib/jobs/context.ts';
import { listDataset } from '../../../lib/jobs/sources.ts';
import type { PredictionsDocument } from '../../../lib/pipeline/predictions-schema.ts';
import type { Services } from '../../adapter/services.ts';
import { RequestError } from './problem.ts';
import { answer, type Call, type Route, route } from './route.ts';
import type { Named } from './schemas.ts';

type EvaluationCall = Omit<Call, 'body'> & { body: Named<'EvaluationRequest'> };

/** Bytes of data that are evaluated while the client waits; an HTTP API gives up after 30 seconds. */
const evaluationLimitBytes = 32 * 1024 * 1024;

export const evaluations: Route[] = [
  route({
    method: 'post',
    path: '/evaluations',
    summary: 'Evaluate a model on labelled data, or predictions that anybody made.',
    description:
      `The answer comes when it is done, so the data may have ${evaluationLimitBytes / 1024 / 1024} MiB at most; ` +
      "larger data is for a document's schedule, or for the command line. Of predictions the body is the document that " +
      'would ask for the same, without a schedule; columns whose role it does not say are found by their names.',
    parameters: {},
    body: 'EvaluationRequest',
    answers: { 200: { description: 'What came of it.', content: 'Evaluation' } },
    problems: [404, 413, 415, 429],
    handle: (call) => oneOfFew(call.services, () => evaluation(call)),
  }),
];

async function evaluation({ body, context, services }: EvaluationCall): Promise<Response> {
  const { telemetry } = services;
  if ('predictions' in body) {
    const { checkPredictionsMetrics } = await import('../../../lib/jobs/check-metrics.ts');
    checkPredictionsMetrics(body);
    await checkSize(context, pathsOf(body));
    const { evaluatePredictions } = await import('../../../lib/jobs/evaluate-predictions.ts');
    const result = await evaluatePredictions(context, body);
    telemetry.info('evaluation', { run: result.run, predictions: body.name, gate: result.gate });
    return answer('Evaluation', { ...result, links: reportLinks(result.report) });
  }
  const { model, version, alias, data } = body;
  await checkSize(context, { 'data.path': data.path });
  // Loaded here, since it brings along the code that reads data and writes reports, for which no prediction should wait.
  const { evaluateModel } = await import('../../../lib/jobs/evaluate-model.ts');
  const result = await evaluateModel(context, { name: model, version, alias, path: data.path });
  telemetry.info('evaluation', { run: result.run, model, version: result.version, gate: result.gate });
  return answer('Evaluation', { ...result, links: { ...reportLinks(result.report), model: `/models/${model}` } });
}

/** Most evaluations at the same time in one process. A function has only one; a local server may have many clients. */
const evaluationsAtOnce = 4;

const underWay = new WeakMap<Services, number>();

/** @throws RequestError 429 when too many evaluations are under way */
async function oneOfFew<T>(services: Services, work: () => Promise<T>): Promise<T> {
  const others = underWay.get(services) ?? 0;
  if (others >= evaluationsAtOnce) {
    const detail = `expected at most ${evaluationsAtOnce} evaluations at once, found one more: ask again in some seconds`;
    throw new RequestError(429, detail, { 'retry-after': '5' });
  }
  underWay.set(services, others + 1);
  try {
    return await work();
  } finally {
    underWay.set(services, (underWay.get(services) ?? 1) - 1);
  }
}

function reportLinks(key: string): { report: string; reportJson: string } {
  const report = `/${key}`;
  return { report: report.replace(/\.json$/, '.html'), reportJson: report };
}

function pathsOf({
  predictions,
  against,
}: Pick<PredictionsDocument, 'predictions' | 'against'>): Record<string, string> {
  return {
    'predictions.path': predictions.path,
    ...(predictions.truth !== undefined && { 'predictions.truth': predictions.truth }),
    ...(against && { 'against.path': against.path }),
  };
}

/** @throws InputError when the objects at the paths, by the fields that name them, have too many bytes together */
async function checkSize(context: Context, paths: Record<string, string>): Promise<void> {
  let bytes = 0;
  for (const [field, path] of Object.entries(paths)) {
    for (const { size } of await listDataset(context, path)) bytes += size;
    if (bytes <= evaluationLimitBytes) continue;
    throw new InputError(`${field}: expected at most ${evaluationLimitBytes} bytes at ${path}, found ${bytes}`, {
      advice: 'Evaluate it by a schedule, or with hone evaluate',
    });
  }
}
