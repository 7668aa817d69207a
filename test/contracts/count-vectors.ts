/**
 * How many typed arrays an action makes: by a constructor looked up on the global object, or by slice, subarray, map
 * and filter of another array.
 */
export function countVectors(action: () => void): number {
  let count = 0;
  const undo: (() => void)[] = [];
  for (const name of ['Float64Array', 'Float32Array', 'Int32Array', 'Uint32Array'] as const) {
    const original = globalThis[name];
    const counting = new Proxy(original, {
      construct(target, args, newTarget) {
        count++;
        return Reflect.construct(target, args, newTarget);
      },
      get(target, key) {
        const value = Reflect.get(target, key);
        if (key !== 'of' && key !== 'from') return value;
        return (...args: unknown[]) => {
          count++;
          return value.apply(target, args);
        };
      },
    });
    Object.assign(globalThis, { [name]: counting });
    undo.push(() => Object.assign(globalThis, { [name]: original }));
  }
  const prototype = Object.getPrototypeOf(Float64Array.prototype) as Record<string, (...args: unknown[]) => unknown>;
  for (const name of ['slice', 'subarray', 'map', 'filter']) {
    const original = prototype[name];
    prototype[name] = function (...args) {
      count++;
      return original.apply(this, args);
    };
    undo.push(() => {
      prototype[name] = original;
    });
  }
  try {
    action();
  } finally {
    for (const restore of undo) restore();
  }
  return count;
}
