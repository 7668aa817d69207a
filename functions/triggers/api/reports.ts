import * as z from 'zod/mini';
import { sendObject } from './objects.ts';
import type { Route } from './route.ts';

export const reports: Route[] = [
  {
    method: 'get',
    path: '/reports/{path}',
    summary: 'Read a report of an evaluation or an inspection: reports/<name>/<time>-<kind>.html or .json.',
    parameters: { path: z.string() },
    answers: {
      200: { description: 'The report.', content: 'text/html' },
      302: { description: 'Where a large report lies.', headers: { location: 'A presigned URL.' } },
    },
    problems: [404],
    // The store itself refuses a key that leads elsewhere.
    handle: (call) => sendObject(call, `reports/${call.parameters.path}`),
  },
];
