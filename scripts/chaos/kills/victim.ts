// A process that works on a folder store until it is killed: `victim ROOT DATA N` ends itself by SIGKILL at its N-th change of
// the file system, counted from 0: before it, or with half of the bytes written where it writes. It prints how many
// changes it made when it comes to its end.
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { doWork } from './work.ts';

const [root, data, at] = process.argv.slice(2);
const fatal = Number(at);
let changes = 0;

const die = () => process.kill(process.pid, 'SIGKILL');
const isFatal = () => changes++ === fatal;

for (const name of ['rename', 'link', 'unlink', 'rm', 'rmdir', 'mkdir', 'symlink'] as const) {
  const original = fs[name] as (...args: unknown[]) => Promise<unknown>;
  const watched = (...args: unknown[]) => {
    if (isFatal()) die();
    return original(...args);
  };
  Object.assign(fs, { [name]: watched });
}

const open = fs.open;
Object.assign(fs, {
  async open(...args: Parameters<typeof open>) {
    const handle = await open(...args);
    const write = handle.writeFile.bind(handle);
    handle.writeFile = async (data, options) => {
      if (!isFatal()) return write(data, options);
      await write((data as Uint8Array).subarray(0, (data as Uint8Array).length / 2));
      die();
    };
    return handle;
  },
});
syncBuiltinESMExports();

process.stdout.write('begun\n');
await doWork(root, data);
process.stdout.write(`${changes}\n`);
