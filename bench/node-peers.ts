// Readers from npm that a user might pick instead: `node node-peers.ts PACKAGE FILE [THREADS]` prints {"seconds": …}.
// They are no dependencies of hone: HONE_BENCH_PEERS names a folder whose node_modules has them.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [name, file, repeats = '3'] = process.argv.slice(2);
const require = createRequire(join(resolve(process.env.HONE_BENCH_PEERS ?? '.'), 'package.json'));

const readers: Record<string, () => Promise<() => Promise<number> | number>> = {
  async polars() {
    const polars = require('nodejs-polars');
    return () => {
      const read = file.endsWith('.parquet') ? polars.readParquet(file) : polars.readCSV(file);
      const { Float32 } = polars;
      return read.select(...read.columns.map((column: string) => polars.col(column).cast(Float32))).height;
    };
  },
  async udsv() {
    const { inferSchema, initParser } = require('udsv');
    return () => {
      const text = readFileSync(file, 'utf8');
      const rows = initParser(inferSchema(text)).typedArrs(text) as number[][];
      const width = rows[0].length;
      const matrix = new Float32Array(rows.length * width);
      for (let row = 0; row < rows.length; row++) matrix.set(rows[row], row * width);
      return rows.length;
    };
  },
  async hyparquet() {
    const { parquetReadObjects: _objects, parquetRead } = await import('hyparquet');
    const { compressors } = await import('hyparquet-compressors');
    return async () => {
      const bytes = readFileSync(file);
      const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
      let rows = 0;
      await parquetRead({
        file: buffer,
        compressors,
        onChunk: ({ rowEnd }) => {
          rows = Math.max(rows, rowEnd);
        },
      });
      return rows;
    };
  },
};

try {
  const read = await readers[name]();
  let [best, rows] = [Number.POSITIVE_INFINITY, 0];
  for (let i = 0; i < Number(repeats); i++) {
    const start = performance.now();
    rows = await read();
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  console.log(JSON.stringify({ seconds: best, rows }));
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
  console.log(JSON.stringify({ missing: name }));
}
