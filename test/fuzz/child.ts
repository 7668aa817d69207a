// Tries inputs of one target, one after another, and says on standard output which is at hand: the parent, main.ts, sees
// by it which one a process died or hung at. Arguments: target, seed, first index, count.
import { writeSync } from 'node:fs';
import { inputSeed, seededRandom } from './seeded-random.ts';
import { targets } from './targets.ts';

const [name, seed, first, count] = process.argv.slice(2);
const target = await targets[name]();
const say = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`);

process.on('unhandledRejection', (reason) => {
  say({ harm: `unhandled rejection: ${reason instanceof Error ? reason.stack : reason}` });
  process.exit(4);
});

say({ ready: true });
for (let index = Number(first); index < Number(first) + Number(count); index++) {
  say({ begin: index });
  const input = await target.input(seededRandom(inputSeed(Number(seed), index)));
  const verdict = await target.attempt(input).catch((error: unknown) => {
    say({ harm: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    return 'harmed';
  });
  say({ end: index, verdict, rss: process.memoryUsage.rss() });
}
// What came late, such as a rejection that nobody awaits, comes within a turn or two.
await new Promise((resolve) => setTimeout(resolve, 10));
