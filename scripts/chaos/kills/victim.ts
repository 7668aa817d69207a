// A process that works on a folder store until it is killed: `victim ROOT DATA N` ends itself by SIGKILL at its N-th change of
// the file system, counted from 0: before it, or with half of the bytes written where it writes. It prints how many
// changes it made when it comes to its end.
import { calls } from '../../../lib/store/folder-calls.ts';
import { doWork } from './work.ts';

const [root, data, at] = process.argv.slice(2);
const fatal = Number(at);
let changes = 0;

const die = () => process.kill(process.pid, 'SIGKILL');
const isFatal = () => changes++ === fatal;

for (const name of ['rename', 'link', 'unlink', 'rm', 'rmdir', 'mkdir', 'writeFile'] as const) {
  const original = calls[name] as (...args: unknown[]) => Promise<unknown>;
  const watched = (...args: unknown[]) => {
    if (isFatal()) die();
    return original(...args);
  };
  Object.assign(calls, { [name]: watched });
}

const { open } = calls;
calls.open = async (...args) => {
  const handle = await open(...args);
  const write = handle.writeFile.bind(handle);
  handle.writeFile = async (data) => {
    if (!isFatal()) return write(data);
    await write(data.subarray(0, data.length / 2));
    die();
  };
  return handle;
};

process.stdout.write('begun\n');
await doWork(root, data);
process.stdout.write(`${changes}\n`);
