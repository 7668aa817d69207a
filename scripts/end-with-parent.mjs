/**
 * Ends this process as SIGTERM does when the process that started it is gone. For work that npm or npx started: they pass a
 * signal on to a shell, which ends without passing it on. Elsewhere a process may well outlive who started it.
 */
export function endWithParent({ everyMs = 500 } = {}) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, everyMs);
  timer.unref();
}
