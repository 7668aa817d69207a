import type { contentRequest } from '../pipeline/content-request.ts';
import type { Request } from '../pipeline/resolve.ts';
import type { Manifest } from '../registry/manifest.ts';

/** The request that a version was made from, as its manifest keeps it: without locations and schedule. */
export const recordedRequest = ({ request }: Manifest): ReturnType<typeof contentRequest> =>
  // The registry stands below pipeline documents and does not know their shape.
  request as ReturnType<typeof contentRequest>;

/** The request that a version was made from, with its data at `path`, complete, and no schedule. */
export function requestAt(path: string, manifest: Manifest): Request {
  const { data, ...content } = recordedRequest(manifest);
  return { ...content, data: { ...data, path, ready: { quietSeconds: 0 } }, schedule: null };
}
