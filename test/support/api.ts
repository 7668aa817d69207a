import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import type { Services } from '../../functions/adapter/services.ts';
import { createApi } from '../../functions/triggers/api/app.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import type { RunResult } from '../../lib/jobs/runs.ts';
import type { Store } from '../../lib/store/store.ts';
import { type TestHone, testHone } from './functions.ts';
import { pipelineOf, putText, sampleCsv, testContext } from './jobs.ts';
import { housesPipeline } from './s3-events.ts';

// biome-ignore lint/suspicious/noExplicitAny: each answer has a shape of its own, which its schema is held to
export type Body = any;

export interface ApiClient {
  hone: TestHone;
  app: ReturnType<typeof createApi>;
  /** Sends a request and holds the answer to the OpenAPI document. */
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; headers: Headers; body: Body }>;
  /** Trains on sample rows, so that there is a champion. */
  train(yaml?: string): Promise<RunResult>;
}

/** The API in this process, with a store of its own. */
export function apiClient({
  hone = testHone(),
  store,
  services = {},
  uploadLimitBytes = 1000,
}: {
  hone?: TestHone;
  /** Replaces some of the store's operations. */
  store?: Partial<Store>;
  services?: Partial<Services>;
  uploadLimitBytes?: number;
} = {}): ApiClient {
  const changed: Store = { ...hone.store, ...store };
  const app = createApi({ ...hone.services, store: async () => changed, ...services }, { uploadLimitBytes });
  return {
    hone,
    app,
    async send(method, path, body, headers = {}) {
      const response = await app.request(`http://127.0.0.1:8787${path}`, {
        method,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      const parsed: Body = isJson ? JSON.parse(text) : text;
      await holdToSchema(method, path, response, parsed);
      return { status: response.status, headers: response.headers, body: parsed };
    },
    async train(yaml = housesPipeline()) {
      await putText(hone.store, 'pipelines/houses.yml', yaml);
      await putText(hone.store, 'datasets/houses/part-1.csv', sampleCsv(80));
      return runPipeline(testContext({ store: hone.store, clock: hone.clock }), pipelineOf(yaml));
    },
  };
}

let document: Body;

/** Fails when an answer is not among those that the document states for the operation, or not of its schema. */
async function holdToSchema(method: string, path: string, response: Response, parsed: unknown): Promise<void> {
  document ??= await (await createApi(testHone().services, { uploadLimitBytes: 1 }).request('/openapi.json')).json();
  const { pathname } = new URL(`http://127.0.0.1${path}`);
  const fits = (pattern: string) =>
    new RegExp(
      `^${pattern
        .replaceAll('.', '\\.')
        .replace('{path}', '.+')
        .replace(/\{\w+\}/g, '[^/]+')}$`,
    ).test(pathname);
  const known = Object.keys(document.paths)
    .filter((pattern) => fits(pattern) && document.paths[pattern][method.toLowerCase()])
    .sort((a, b) => a.split('{').length - b.split('{').length);
  const stated = known.length > 0 ? document.paths[known[0]][method.toLowerCase()].responses : {};
  const type = (response.headers.get('content-type') ?? '').split(';')[0];
  if (known.length > 0 && ![404, 405].includes(response.status)) {
    expect(Object.keys(stated), `${method} ${path}`).toContain(String(response.status));
  }
  const problem = { $ref: '#/components/schemas/Problem' };
  const schema = type === 'application/problem+json' ? problem : stated[response.status]?.content?.[type]?.schema;
  if (!schema) return;
  const ajv = new Ajv2020({ strict: false });
  const validate = ajv.compile({ ...schema, components: document.components });
  expect(validate(parsed), `${method} ${path}: ${ajv.errorsText(validate.errors)}`).toBe(true);
}
