import * as z from 'zod/mini';
import { release } from '../../../lib/jobs/release.ts';
import type { Route, RouteAnswer } from './route.ts';
import { components } from './schemas.ts';

/**
 * The OpenAPI 3.1 document of these routes.
 *
 * @see OpenAPI Specification 3.1.1, whose schemas are JSON Schema 2020-12
 */
export function openApiDocument(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    paths[route.path][route.method] = operation(route);
  }
  const schemas = Object.entries(components).map(([name, schema]) => [name, schemaOf(schema)]);
  return {
    openapi: '3.1.1',
    info: {
      title: 'hone',
      version: release,
      description:
        'Trains, evaluates and serves models on data in a store. Errors are problems as RFC 9457 has them. ' +
        'No operation has parameters in the query; one that is given is refused.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: Object.fromEntries(schemas) },
  };
}

function operation({ method, path, summary, description, parameters, body, answers, problems }: Route): object {
  const responses = Object.entries(answers).map(([status, given]) => [status, response(given)]);
  const failures = [400, ...problems, 500, 503].map((status) => [status, problem]);
  return {
    operationId: `${method}${path.replace(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '')}`,
    summary,
    ...(description ? { description } : {}),
    parameters: Object.entries(parameters).map(([name, schema]) => ({
      name,
      in: 'path',
      required: true,
      ...(name === 'path' ? { description: 'It may hold slashes.' } : {}),
      schema: schemaOf(schema),
    })),
    ...(body ? { requestBody: { required: true, content: requestContent(body) } } : {}),
    responses: Object.fromEntries([...responses, ...failures]),
  };
}

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const requestContent = (body: NonNullable<Route['body']>): object =>
  body === 'bytes' ? { 'application/octet-stream': {} } : { 'application/json': { schema: reference(body) } };

function response({ description, content, headers = {} }: RouteAnswer): object {
  const described = Object.entries(headers).map(([name, text]) => [
    name,
    { description: text, schema: { type: 'string' } },
  ]);
  const media = content === undefined ? {} : { content: answerContent(content) };
  return {
    description,
    ...(described.length > 0 ? { headers: Object.fromEntries(described) } : {}),
    ...media,
  };
}

function answerContent(content: NonNullable<RouteAnswer['content']>): object {
  if (typeof content === 'string' && content.includes('/')) return { [content]: {} };
  const references = [content].flat().map(reference);
  return { 'application/json': { schema: references.length === 1 ? references[0] : { anyOf: references } } };
}

const problem = {
  description: 'What went wrong.',
  content: { 'application/problem+json': { schema: reference('Problem') } },
};

function schemaOf(schema: z.core.$ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}
