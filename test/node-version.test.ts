import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('the tests run on Node 24, the runtime that Lambda runs', () => {
  expect(process.version).toMatch(/^v24\./);
});

test('a tool that looks node up on the PATH finds the same one', () => {
  expect(execFileSync('node', ['-p', 'process.version'], { encoding: 'utf8' }).trim()).toBe(process.version);
});
