import type { Context, JobProgress } from '../../lib/jobs/context.ts';
import type { ResolvedPipeline } from '../../lib/jobs/pipelines.ts';
import { parsePipeline } from '../../lib/pipeline/parse.ts';
import { resolvePipeline } from '../../lib/pipeline/resolve.ts';
import type { Store } from '../../lib/store/store.ts';
import { type MemoryStore, memoryStore } from './memory-store.ts';

/** A clock that stands until it is moved. */
export interface TestClock {
  nowMs: number;
}

/** A job's context over a store in memory, with a clock that stands still and names that count. */
export function testContext({
  clock = { nowMs: Date.UTC(2026, 0, 1) },
  store = memoryStore(() => clock.nowMs),
  remainingMs = () => Number.POSITIVE_INFINITY,
  onProgress,
}: {
  clock?: TestClock;
  store?: Store;
  remainingMs?: () => number;
  onProgress?: (progress: JobProgress) => void;
} = {}): Context & { store: MemoryStore } {
  let names = 0;
  return {
    store: store as MemoryStore,
    openStore: async () => store,
    now: () => clock.nowMs,
    newId: () => `trigger-${++names}`,
    remainingMs,
    onProgress,
    memory: new Map(),
  };
}

/** Puts text under a key. */
export const putText = (store: Store, key: string, text: string) => store.put(key, new TextEncoder().encode(text));

/** A pipeline from its YAML. */
export const pipelineOf = (yaml: string): ResolvedPipeline => resolvePipeline(parsePipeline(yaml, 'test.yml'));

/**
 * Rows of an id, two numbers and a category, and two targets that follow from them and a little noise, as CSV: `value`
 * is a number, `class` one of two texts. The same seed gives the same rows.
 */
export function sampleCsv(rowCount: number, { seed = 1 }: { seed?: number } = {}): string {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const lines = ['id,size,age,zone,value,class'];
  for (let row = 0; row < rowCount; row++) {
    const [size, age, zone] = [
      Math.round(random() * 100),
      Math.round(random() * 500) / 10,
      'abc'[Math.floor(random() * 3)],
    ];
    const value = 3 * size - 2 * age + (zone === 'b' ? 25 : 0) + random() * 10;
    lines.push(`r${row},${size},${age},${zone},${value.toFixed(3)},${value > 100 ? 'high' : 'low'}`);
  }
  return `${lines.join('\n')}\n`;
}
