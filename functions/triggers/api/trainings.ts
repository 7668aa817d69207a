import { latestProgress } from '../../../lib/jobs/progress.ts';
import { type RunResult, readOutcome, readRun } from '../../../lib/jobs/runs.ts';
import { latestFailure } from '../../adapter/attempts.ts';
import { hashSchema } from '../../adapter/check.ts';
import { sendObject } from './objects.ts';
import { answer, type Call, type Route, route } from './route.ts';

const parameters = { id: hashSchema };

export const trainings: Route[] = [
  route({
    method: 'post',
    path: '/trainings',
    summary: 'Train a model.',
    description:
      'By the name of a pipeline in the store, or by a document. Asking again for the same pipeline on the same data ' +
      'finds the training that there is.',
    parameters: {},
    body: 'TrainingRequest',
    answers: {
      200: { description: 'It was done before.', content: 'Training' },
      202: { description: 'It is under way.', content: 'Training', headers: { location: 'Where to ask for it.' } },
    },
    problems: [404, 413, 415, 429],
    async handle(call) {
      // Loaded here, since no prediction should wait for the code that checks pipelines.
      const { startTraining } = await import('./start-training.ts');
      return startTraining(call);
    },
  }),
  {
    method: 'get',
    path: '/trainings/{id}',
    summary: 'Look at a training: its progress, its result, or why it failed.',
    parameters,
    answers: { 200: { description: 'Its state.', content: 'Training' } },
    problems: [404],
    handle: (call) => trainingAnswer(call, call.parameters.id, 200),
  },
  {
    method: 'get',
    path: '/trainings/{id}/report',
    summary: "Read a training's report: the page where the client accepts HTML, else its JSON.",
    parameters,
    answers: {
      200: { description: 'The report.', content: 'text/html' },
      302: { description: 'Where a large report lies.', headers: { location: 'A presigned URL.' } },
    },
    problems: [404],
    handle: (call) =>
      sendObject(call, `runs/${call.parameters.id}/report.${call.accept.includes('text/html') ? 'html' : 'json'}`),
  },
  reportRoute('html', 'text/html', 'page'),
  reportRoute('json', 'application/json', 'JSON'),
];

function reportRoute(ending: string, content: `${string}/${string}`, what: string): Route {
  return {
    method: 'get',
    path: `/trainings/{id}/report.${ending}`,
    summary: `Read a training's report: its ${what}.`,
    parameters,
    answers: {
      200: { description: 'The report.', content },
      302: { description: 'Where a large report lies.', headers: { location: 'A presigned URL.' } },
    },
    problems: [404],
    handle: (call) => sendObject(call, `runs/${call.parameters.id}/report.${ending}`),
  };
}

/** The state of a training, as an answer. */
export async function trainingAnswer(
  { context }: Pick<Call, 'context'>,
  run: string,
  status: number,
): Promise<Response> {
  const { store } = context;
  await readRun(store, run);
  const { result } = await readOutcome(store, run);
  if (result) return answer('Training', { run, status: 'done', result, links: linksOf(run, result) }, { status });
  const failure = await latestFailure(context, run);
  if (failure) {
    const error = { name: failure.name, message: failure.message };
    return answer('Training', { run, status: 'failed', error, links: linksOf(run) }, { status });
  }
  const latest = await latestProgress(store, run);
  const progress = latest
    ? { step: latest.step, epoch: latest.epoch, loss: finite(latest.loss), gradientNorm: finite(latest.gradientNorm) }
    : null;
  return answer('Training', { run, status: 'running', progress, links: linksOf(run) }, { status });
}

/** The links of a training. */
export function linksOf(run: string, result?: RunResult): Record<string, string> {
  const self = `/trainings/${run}`;
  return { self, ...(result ? { report: `${self}/report.html` } : {}) };
}

const finite = (value: number | null): number | null => (Number.isFinite(value) ? value : null);
