/** A wish that this process end: `signal` is aborted by the first, and `exitCode` then says which one it was. */
export interface Interruption {
  signal: AbortSignal;
  /** 128 and the signal's number, as a shell says it. */
  exitCode(): number;
}

const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

// One Ctrl-C may arrive several times: from the terminal, and from each process above that passes it on.
const sameWishMs = 1000;

/** Hears Ctrl-C, and SIGTERM and SIGHUP of whoever started this process. A second wish ends it at once. */
export function interruption(): Interruption {
  const controller = new AbortController();
  let [exitCode, wishedMs] = [0, 0];
  for (const [name, code] of Object.entries(exitCodes)) {
    process.on(name, () => {
      if (exitCode !== 0 && Date.now() - wishedMs > sameWishMs) process.exit(code);
      if (exitCode !== 0) return;
      [exitCode, wishedMs] = [code, Date.now()];
      controller.abort();
    });
  }
  return { signal: controller.signal, exitCode: () => exitCode };
}
