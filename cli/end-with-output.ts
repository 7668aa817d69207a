import { ExitCode } from './exit-codes.ts';

/**
 * Ends this process when its output can't be written: quietly with 0 when the reader has had enough, as `head` has, else
 * with a sentence and 3.
 */
export function endWithOutput(stream: NodeJS.WriteStream): void {
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(ExitCode.done);
    console.error(`StoreError: standard output: expected it to be written, found ${code}`);
    process.exit(ExitCode.other);
  });
}
