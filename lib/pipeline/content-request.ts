import type { Request } from './resolve.ts';

/**
 * The part of a request that determines a model's content, after which a version is named. It leaves out where the data
 * lies, when it is complete, how often it is looked at again, what people say of the model, and how many threads work.
 */
export function contentRequest({
  data: { path: _path, ready: _ready, limits: asked, ...data },
  schedule: _schedule,
  card: _card,
  threads: _threads,
  ...rest
}: Request) {
  // Whether the data lies in memory or on disk changes nothing of what is learned.
  const { memoryBytes: _memory, diskBytes: _disk, ...limits } = asked;
  return { ...rest, data: { ...data, limits } };
}
