import type { Request } from './resolve.ts';

/**
 * The part of a request that a model's content follows from: without where the data lies, when it is complete, how
 * often it is looked at again, what people say of the model, and how many threads work. A version is named after it.
 */
export function contentRequest({
  data: { path: _path, ready: _ready, limits: asked, ...data },
  schedule: _schedule,
  card: _card,
  threads: _threads,
  ...rest
}: Request) {
  // Where the data waits while it is not looked at changes nothing of what is learned.
  const { memoryBytes: _memory, diskBytes: _disk, ...limits } = asked;
  return { ...rest, data: { ...data, limits } };
}
