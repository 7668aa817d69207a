// Fetches an object as fast as its store sends it, and does nothing with the bytes: `node bench/transfer.ts STORE KEY` prints
// the seconds from the first request to the last byte, of eight ranges at a time.
import { openStore } from '../lib/store/open.ts';

const [location, key] = process.argv.slice(2);
const store = await openStore(location);
const { size } = (await store.head(key)) ?? { size: 0 };
const rangeBytes = 2 ** 21;
let next = 0;
const start = performance.now();
await Promise.all(
  Array.from({ length: 8 }, async () => {
    const into = new Uint8Array(rangeBytes);
    while (next < size) {
      const from = next;
      next += rangeBytes;
      await store.get(key, { range: { start: from, end: Math.min(size, from + rangeBytes) }, into });
    }
  }),
);
console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000 }));
