import { InputError } from '../../../lib/core/errors.ts';
import { listDataset } from '../../../lib/jobs/sources.ts';
import { answer, type Route, route } from './route.ts';

/** Bytes of data that are evaluated while the client waits; an HTTP API gives up after 30 seconds. */
export const evaluationLimitBytes = 32 * 1024 * 1024;

export const evaluations: Route[] = [
  route({
    method: 'post',
    path: '/evaluations',
    summary: 'Evaluate a model on labelled data.',
    description:
      `The answer comes when it is done, so the data may have ${evaluationLimitBytes / 1024 / 1024} MiB at most; ` +
      "larger data is for a pipeline's schedule, or for the command line.",
    parameters: {},
    body: 'EvaluationRequest',
    answers: { 200: { description: 'What came of it.', content: 'Evaluation' } },
    problems: [400, 404, 413, 415],
    async handle({ body: { model, version, alias, data }, context, services }) {
      const objects = await listDataset(context, data.path);
      const bytes = objects.reduce((sum, { size }) => sum + size, 0);
      if (bytes > evaluationLimitBytes) {
        throw new InputError(
          `data.path: expected at most ${evaluationLimitBytes} bytes at ${data.path}, found ${bytes}`,
          {
            advice: "Evaluate it by the pipeline's schedule, or with hone evaluate",
          },
        );
      }
      // Loaded here, since it brings along what reads data and writes reports, for which no prediction should wait.
      const { evaluateModel } = await import('../../../lib/jobs/evaluate-model.ts');
      const result = await evaluateModel(context, { name: model, version, alias, path: data.path });
      services.telemetry.info('evaluation', { run: result.run, model, version: result.version, gate: result.gate });
      const report = `/${result.report}`;
      const links = { report: report.replace(/\.json$/, '.html'), reportJson: report, model: `/models/${model}` };
      return answer('Evaluation', { ...result, links });
    },
  }),
];
