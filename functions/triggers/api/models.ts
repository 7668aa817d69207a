import { ConflictError } from '../../../lib/core/errors.ts';
import type { Context } from '../../../lib/jobs/context.ts';
import { versionMetrics } from '../../../lib/jobs/models.ts';
import { champion, listAliases, moveAlias, readAlias, rollBackAlias } from '../../../lib/registry/aliases.ts';
import { findVersion } from '../../../lib/registry/find-version.ts';
import { notFoundOf } from '../../../lib/registry/not-found.ts';
import { listModels, listVersions, readManifest } from '../../../lib/registry/versions.ts';
import { aliasSchema, nameSchema, versionSchema } from '../../adapter/check.ts';
import { answer, type Call, type Route, route } from './route.ts';
import type { Named } from './schemas.ts';

const aliasParameters = { name: nameSchema, alias: aliasSchema };

const cardAnswers = { 200: { description: 'The card, in Markdown.', content: 'text/markdown' } } as const;

export const models: Route[] = [
  {
    method: 'get',
    path: '/models',
    summary: 'List the models, with their champions.',
    parameters: {},
    answers: { 200: { description: 'The models, in order of their names.', content: 'Models' } },
    problems: [],
    handle: async ({ context }) => answer('Models', { models: await summariseModels(context) }),
  },
  {
    method: 'get',
    path: '/models/{name}',
    summary: "Look at a model: its versions and aliases, and its champion's signature and metrics.",
    parameters: { name: nameSchema },
    answers: { 200: { description: 'The model.', content: 'Model' } },
    problems: [404],
    handle: async ({ context, parameters: { name } }) => answer('Model', await describeModel(context, name)),
  },
  {
    method: 'get',
    path: '/models/{name}/card',
    summary: "Read the champion's model card.",
    parameters: { name: nameSchema },
    answers: cardAnswers,
    problems: [404],
    handle: sendCard,
  },
  {
    method: 'get',
    path: '/models/{name}/versions/{version}/card',
    summary: 'Read the model card of a version.',
    parameters: { name: nameSchema, version: versionSchema },
    answers: cardAnswers,
    problems: [404],
    handle: sendCard,
  },
  route({
    method: 'put',
    path: '/models/{name}/aliases/{alias}',
    summary: 'Point an alias at a version.',
    description: 'With `from`, only if the alias still is what the client believes: compare-and-set.',
    parameters: aliasParameters,
    body: 'AliasRequest',
    answers: { 200: { description: 'It points there.', content: 'Alias' } },
    problems: [404, 409, 413, 415],
    async handle({ body, ...call }) {
      const { name, alias } = call.parameters;
      const { store } = call.context;
      const version = await findVersion(store, name, body.version);
      const from = typeof body.from === 'string' ? await findVersion(store, name, body.from) : body.from;
      const state = await readAlias(store, name, alias);
      const found = state?.version ?? null;
      if (from !== undefined && from !== found) {
        throw new ConflictError(
          `model ${name}, alias ${alias}: expected it at ${from ?? 'no version'}, found ${found ?? 'none'}`,
        );
      }
      await moveAlias(store, name, alias, { to: version, from: state });
      return moved(call, { version, from: found });
    },
  }),
  {
    method: 'post',
    path: '/models/{name}/aliases/{alias}/rollback',
    summary: 'Point an alias back at the version before.',
    parameters: aliasParameters,
    answers: { 200: { description: 'It points there.', content: 'Alias' } },
    problems: [404, 409],
    async handle(call) {
      const { name, alias } = call.parameters;
      const { from, to } = await rollBackAlias(call.context.store, name, alias);
      return moved(call, { version: to, from });
    },
  },
];

/** Sends the card of a version, or of the champion if none is named. */
async function sendCard({ context, parameters: { name, version } }: Call): Promise<Response> {
  const { readCard } = await import('../../../lib/jobs/cards.ts');
  const { text } = await readCard(context, { name, version });
  return new Response(text, { headers: { 'content-type': 'text/markdown; charset=utf-8' } });
}

/** Each model with its champion, and the champion's first metric. */
export async function summariseModels(context: Context): Promise<Named<'Models'>['models']> {
  const names = await listModels(context.store);
  return Promise.all(names.map((name) => summarise(context, name)));
}

async function summarise({ store }: Context, name: string): Promise<Named<'Models'>['models'][number]> {
  const links = { self: `/models/${name}`, predictions: `/models/${name}/predictions` };
  const version = (await readAlias(store, name, champion))?.version ?? null;
  if (version === null) return { name, champion: null, metric: null, links };
  const [first] = Object.entries((await versionMetrics({ store }, name, version)) ?? {});
  return { name, champion: version, metric: first ? { name: first[0], value: first[1].value } : null, links };
}

async function describeModel({ store }: Context, name: string): Promise<Named<'Model'>> {
  const [versions, aliases] = await Promise.all([listVersions(store, name), listAliases(store, name)]);
  if (versions.length === 0) throw await notFoundOf(store, name, 'expected a version, found none');
  const version = aliases[champion];
  if (version === undefined) return { name, versions, aliases, champion: null };
  const { task, signature, data } = await readManifest(store, name, version);
  const { trainingRowCount, testRowCount } = data;
  const metrics = (await versionMetrics({ store }, name, version)) ?? {};
  return {
    name,
    versions,
    aliases,
    champion: { version, task, signature, metrics, trainingRowCount, testRowCount },
  };
}

function moved(
  { parameters: { name, alias }, services, models }: Omit<Call, 'body'>,
  { version, from }: { version: string; from: string | null },
): Response {
  models.forget(name, alias);
  services.telemetry.info('alias', { model: name, alias, version, from });
  return answer('Alias', { model: name, alias, version, from });
}
