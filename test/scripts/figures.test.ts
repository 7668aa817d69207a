import { expect, test } from 'vitest';
import { figureFiles, staleFigures } from '../../scripts/figures.ts';

test('the figures of the documents are what the library draws', () => {
  expect(staleFigures(), 'run: node scripts/node24.mjs scripts/figures.ts').toEqual([]);
});

test('a figure has a title, and lines without holes', () => {
  for (const svg of Object.values(figureFiles())) {
    expect(svg).toMatch(/<title>[^<]{10,}<\/title>/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  }
});
