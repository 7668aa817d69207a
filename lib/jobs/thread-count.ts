/** Megabytes of memory for which AWS Lambda gives a whole processor: Lambda developer guide, "Memory". */
const megabytesPerProcessor = 1_769;

/** Most threads: each has a JavaScript engine of its own in memory, and thousands would crash the process. */
export const mostThreads = 64;

/**
 * How many threads to work with, at most `mostThreads`.
 *
 * On Lambda the number of processors that a process sees is 2 from 128 MB to 3,008 MB, whatever share of them it may use:
 * there the memory tells.
 *
 * @param asked what the user wants; what the machine has by default
 * @param available processors that the process sees
 * @param environment of the process: AWS_LAMBDA_FUNCTION_MEMORY_SIZE is set on Lambda, HONE_THREADS by the user
 */
export function threadCount({
  asked,
  available,
  environment,
}: {
  asked?: number;
  available: number;
  environment: { AWS_LAMBDA_FUNCTION_MEMORY_SIZE?: string; HONE_THREADS?: string };
}): number {
  const wanted = asked ?? Number(environment.HONE_THREADS || Number.NaN);
  if (Number.isInteger(wanted) && wanted >= 1) return Math.min(wanted, mostThreads);
  const megabytes = Number(environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE || Number.NaN);
  if (Number.isNaN(megabytes)) return Math.min(available, mostThreads);
  return Math.min(available, Math.max(1, Math.floor(megabytes / megabytesPerProcessor)));
}
