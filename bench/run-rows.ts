// Times `hone run` on a file of so many rows: `node bench/run-rows.ts FILE ROWS` prints seconds, and seconds a row.
import { runHone } from './run-hone.ts';

const [path, rows] = process.argv.slice(2);
const { seconds, peakBytes } = await runHone(path, {});
console.log(JSON.stringify({ seconds, perRow: seconds / Number(rows), peakMb: peakBytes / 1e6 }));
