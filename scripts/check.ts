// The one command that checks everything: types, lint, the golden values, and all tests. Stops at the first that fails.
import { spawnSync } from 'node:child_process';

// What else lies in the folder is its owner's, and not for these rules.
const ours = ['cli', 'bench', 'events', 'examples', 'functions', 'lib', 'scripts', 'test', 'vitest.config.ts'];

const checks: [string, string[]][] = [
  ['types', ['node_modules/typescript/bin/tsc', '-p', '.']],
  ['lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', ...ours]],
  ['golden values', ['scripts/conformance/main.ts']],
  ['tests', ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]],
];

for (const [name, args] of checks) {
  console.log(`\n— ${name}`);
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
