#!/usr/bin/env node
// `npx hone`: makes the clone ready, then runs the command line on Node 24, whatever Node started this file.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOnNode24 } from '../scripts/node24.mjs';
import { setup } from '../scripts/setup.mjs';

const here = dirname(fileURLToPath(import.meta.url));
try {
  await setup();
  process.exitCode = await runOnNode24([join(here, 'main.ts'), ...process.argv.slice(2)]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 3;
}
