// `npm run fuzz -- --minutes 5`: gives hostile inputs to every reader, document, handler and table target, in processes of
// their own that may take 10 s and 768 MiB for one. Prints how many inputs each was given; a find (an error that is not
// one of hone's own, a hang, the end of a process, memory) is kept in test/fuzz/finds, where the tests try it again.
//
// `--seed N` tries the same inputs again, `--target NAME` one target alone. Exit code 1 when there was a find.
import { parseArgs } from 'node:util';
import { fuzz, type Tally } from './fuzz.ts';
import { targets } from './targets.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' }, target: { type: 'string' } },
});
const minutes = Number(values.minutes);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const names = values.target === undefined ? Object.keys(targets) : [values.target];
if (!(minutes > 0 && minutes <= 600 && Number.isSafeInteger(seed)) || names.some((name) => !(name in targets))) {
  console.error(`fuzz: expected --minutes, --seed N and --target of ${Object.keys(targets).join(', ')}`);
  process.exit(2);
}

console.log(`seed ${seed}, ${minutes} min, ${names.length} targets`);
const tallies = await fuzz(names, { seed, seconds: minutes * 60, keep: true });
let [inputs, finds] = [0, 0];
console.log(
  `${'target'.padEnd(26)}${'inputs'.padStart(10)}${'taken'.padStart(10)}${'refused'.padStart(10)}${'finds'.padStart(7)}  peak`,
);
for (const [name, tally] of Object.entries(tallies)) {
  print(name, tally);
  inputs += tally.taken + tally.refused + tally.finds.length;
  finds += tally.finds.length;
}
for (const [name, tally] of Object.entries(tallies)) {
  for (const find of tally.finds)
    console.log(`\nFIND ${name}, input ${find.index}: ${find.harm}\n  kept as ${find.file}`);
}
console.log(`\n${inputs} inputs tried, ${finds} finds`);
process.exitCode = finds > 0 ? 1 : 0;

function print(name: string, { taken, refused, finds: found, peakBytes }: Tally): void {
  const counts = [taken + refused + found.length, taken, refused].map((count) => String(count).padStart(10)).join('');
  console.log(`${name.padEnd(26)}${counts}${String(found.length).padStart(7)}  ${Math.round(peakBytes / 2 ** 20)} MiB`);
}
