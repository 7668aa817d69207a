import type { Scheduler } from './scheduler.ts';

/**
 * Runs `work` with timers and chance of this process in the scheduler's hands: what libraries take from the globals is
 * then part of the history too. One history at a time.
 */
export async function withVirtualGlobals<T>(scheduler: Scheduler, work: () => Promise<T>): Promise<T> {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout, random: Math.random };
  const cancels = new WeakMap<object, () => void>();
  const virtualSetTimeout = (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    const timer = { ref: () => timer, unref: () => timer, hasRef: () => true };
    cancels.set(
      timer,
      scheduler.after(ms, '', () => callback(...args)),
    );
    return timer;
  };
  const virtualClearTimeout = (timer: unknown) => {
    if (typeof timer === 'object' && timer !== null) cancels.get(timer)?.();
  };
  Object.assign(globalThis, { setTimeout: virtualSetTimeout, clearTimeout: virtualClearTimeout });
  Math.random = () => scheduler.random.nextFloat();
  try {
    return await work();
  } finally {
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
    Math.random = real.random;
  }
}
