import { hashSchema, nameSchema } from '../../adapter/check.ts';
import { checkAnswerSize } from './objects.ts';
import { answer, type Call, type Route, route } from './route.ts';
import type { Named } from './schemas.ts';

type PredictionRequest = Named<'PredictionRequest'>;
type RowsRequest = Extract<PredictionRequest, { rows: unknown }>;

export const predictions: Route[] = [
  route({
    method: 'post',
    path: '/models/{name}/predictions',
    summary: 'Predict: rows in the request at once, or a whole dataset as a workflow.',
    description:
      'An alias is looked up again after five seconds, so that predictions follow a promotion at most that much later; ' +
      'the header `age` says how many seconds ago it was.',
    parameters: { name: nameSchema },
    body: 'PredictionRequest',
    answers: {
      200: {
        description: 'One prediction a row; for a dataset, the scoring that was done before.',
        content: ['Predictions', 'Scoring'],
        headers: {
          'hone-model-version': 'The version that answered.',
          age: 'Seconds since the alias was looked up; absent when a version was asked for.',
        },
      },
      202: {
        description: 'The dataset is being scored.',
        content: 'Scoring',
        headers: { location: 'Where to ask for it.' },
      },
    },
    problems: [404, 413, 415, 429],
    async handle(call) {
      const { body } = call;
      if ('rows' in body) return predictNow({ ...call, body });
      // Loaded here, since no prediction should wait for the code that reads datasets.
      const { beginScoring } = await import('./scoring.ts');
      return beginScoring({ ...call, body });
    },
  }),
  {
    method: 'get',
    path: '/scorings/{id}',
    summary: 'Look at the scoring of a dataset.',
    parameters: { id: hashSchema },
    answers: { 200: { description: 'Its state.', content: 'Scoring' } },
    problems: [404],
    async handle({ context, parameters }) {
      const { scoringAnswer } = await import('./scoring.ts');
      return scoringAnswer(context, parameters.id);
    },
  },
];

let loaded: Promise<typeof import('../../../lib/jobs/predict.ts')> | undefined;

/** The code that predicts, loaded by the first request for predictions: no other request needs models. */
function predicting(): Promise<typeof import('../../../lib/jobs/predict.ts')> {
  loaded ??= import('../../../lib/jobs/predict.ts');
  return loaded;
}

async function predictNow({
  body: { rows, version, alias },
  parameters: { name },
  context,
  models,
  services,
}: Omit<Call, 'body'> & { body: RowsRequest }): Promise<Response> {
  const { firstWarnings, predictRecords } = await predicting();
  const { model, aliasAgeMs } = await models.open(context, { name, version, alias });
  const predicted = predictRecords(model, rows);
  services.telemetry.note({ model: name, version: predicted.version });
  services.telemetry.measure('RowsPredicted', 'Count', rows.length);
  const beyond = predicted.predictions.flatMap((value, row) =>
    typeof value !== 'number' || Number.isFinite(value)
      ? []
      : [`rows[${row}]: the prediction is beyond the range of numbers`],
  );
  predicted.warnings.push(...firstWarnings(beyond));
  checkAnswerSize(JSON.stringify(predicted));
  return answer('Predictions', predicted, {
    headers: {
      'hone-model-version': predicted.version,
      ...(aliasAgeMs === undefined ? {} : { age: String(Math.max(0, Math.floor(aliasAgeMs / 1000))) }),
    },
  });
}
