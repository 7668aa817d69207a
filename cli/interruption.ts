import type { Interruption } from '../lib/jobs/context.ts';

/** Ctrl-C, SIGTERM or SIGHUP, as a wish that this process end. */
export interface Signalled extends Interruption {
  /** 128 and the number of the signal that came, as a shell says it; 0 before one has. */
  readonly exitCode: number;
}

const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
type Name = keyof typeof exitCodes;

// One Ctrl-C may arrive several times: from the terminal, and from each process above that passes it on.
const sameWishMs = 1000;

/**
 * Hears signals while somebody listens; at other times the system ends the process, even in the midst of a calculation.
 * The same signal a second time ends it at once. Another one may be the echo of the first: npm's shell ends at Ctrl-C, and
 * scripts/end-with-parent.mjs then sends SIGTERM.
 *
 * @param onWish called at the first
 */
export function signalled(onWish = () => {}): Signalled {
  let exitCode = 0;
  const heardMs = new Map<Name, number>();
  const hear = (name: Name) => {
    const beforeMs = heardMs.get(name);
    if (beforeMs !== undefined && Date.now() - beforeMs > sameWishMs) process.exit(exitCodes[name]);
    if (beforeMs === undefined) heardMs.set(name, Date.now());
    if (exitCode !== 0) return;
    exitCode = exitCodes[name];
    onWish();
  };
  const names = Object.keys(exitCodes) as Name[];
  const stopListening = () => names.forEach((name) => void process.off(name, hear));
  return {
    get exitCode() {
      return exitCode;
    },
    get isWished() {
      return exitCode !== 0;
    },
    listen() {
      stopListening();
      for (const name of names) process.on(name, hear);
    },
    stopListening,
  };
}
