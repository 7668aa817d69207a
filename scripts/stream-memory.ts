// Reads a CSV stream of a given size in batches and tells the peak of memory: `node scripts/stream-memory.ts [MEGABYTES]`.
import { setImmediate } from 'node:timers/promises';
import { readBatches } from '../lib/data/read-batches.ts';
import { pieceBytes } from '../lib/jobs/sources.ts';
import { readObject } from '../lib/store/read.ts';
import type { Store } from '../lib/store/store.ts';

const megabytes = Number(process.argv[2] ?? 1000);
const size = megabytes * 1_000_000;
const line = new TextEncoder().encode('1.25,-3.5e2,0.0078125,Ideal,2024-01-31,17,abcdefgh,99999.5\n');
const header = new TextEncoder().encode('a,b,c,cut,date,n,id,price\n');

/** A store that makes up the bytes of one object as they are asked for, so that none lies in memory. */
const info = {
  key: 'big.csv',
  size: header.length + Math.floor(size / line.length) * line.length,
  tag: '1',
  modifiedMs: 0,
};
const store = {
  async get(_key: string, { range = { start: 0, end: info.size } } = {}) {
    // A store answers in a later turn of the event loop, in which memory is given back, too.
    await setImmediate();
    const body = new Uint8Array(range.end - range.start);
    for (let i = 0; i < body.length; i++) {
      const at = range.start + i;
      body[i] = at < header.length ? header[at] : line[(at - header.length) % line.length];
    }
    return { ...info, body };
  },
} as unknown as Store;

const startMs = performance.now();
let sum = 0;
const rows = await readBatches(
  [
    {
      ...info,
      read: () => readObject(store, info, { chunkBytes: pieceBytes }),
      readRange: async (start, end) => (await store.get('', { range: { start, end } })).body,
    },
  ],
  ({ columns }) => {
    const [first] = columns;
    if (first.kind === 'number') for (const value of first.values) sum += value;
  },
);
const seconds = (performance.now() - startMs) / 1000;
const peakMb = (process.resourceUsage().maxRSS * 1024) / 1e6;
console.log(
  JSON.stringify({
    bytes: info.size,
    rows,
    sum,
    seconds: Number(seconds.toFixed(1)),
    peakMb: Number(peakMb.toFixed(1)),
  }),
);
