// A victim with a fault planted in it: it renames by copying, and dies in the midst of its N-th copy.
import fs from 'node:fs/promises';
import { calls } from '../../lib/store/folder-calls.ts';

const [root, data, at] = process.argv.slice(2);
let copies = 0;

calls.rename = async (from, to) => {
  const bytes = await fs.readFile(from);
  if (copies++ === Number(at)) {
    await fs.writeFile(to, bytes.subarray(0, bytes.length / 2));
    process.kill(process.pid, 'SIGKILL');
  }
  await fs.writeFile(to, bytes);
  await fs.unlink(from);
};

const { doWork } = await import('../../scripts/chaos/kills/work.ts');
process.stdout.write('begun\n');
await doWork(root, data);
process.stdout.write(`${copies}\n`);
