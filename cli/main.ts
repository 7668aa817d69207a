import { InputError } from '../lib/core/errors.ts';
import { didYouMean } from '../lib/core/nearest-name.ts';
import { release } from '../lib/jobs/release.ts';
import type { Command } from './command.ts';
import { commands } from './commands/index.ts';
import { endWithOutput } from './end-with-output.ts';
import { ExitCode, exitCodeOf } from './exit-codes.ts';
import { overview, usage } from './help.ts';
import { printable } from './output.ts';

endWithOutput(process.stdout);
// No await at the top level, since scripts/build/cli.ts also bundles this as a CommonJS script.
main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});

/** Runs one command and answers its exit code: 0 done, 1 a gate failed, 2 the input is wrong, 3 anything else. */
async function main([name, ...rest]: string[]): Promise<number> {
  try {
    if (name === '--version') {
      console.log(release);
      return ExitCode.done;
    }
    if (name === 'help' && rest.length > 0) {
      console.log(usage(await load(rest[0])));
      return ExitCode.done;
    }
    if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
      console.log(overview(await Promise.all(Object.keys(commands).map(load))));
      return name === undefined ? ExitCode.input : ExitCode.done;
    }
    const command = await load(name);
    if (rest.includes('--help') || rest.includes('-h')) {
      console.log(usage(command));
      return ExitCode.done;
    }
    return await command.run(rest);
  } catch (error) {
    console.error(describe(error).split('\n').map(printable).join('\n'));
    return exitCodeOf(error);
  }
}

/** @throws InputError when there is no such command */
async function load(name: string): Promise<Command> {
  if (Object.hasOwn(commands, name)) return commands[name]();
  const names = Object.keys(commands);
  throw new InputError(
    `hone: expected one of ${names.join(', ')}, found ${JSON.stringify(name)}${didYouMean(name, names)}`,
  );
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `hone: ${String(error)}`;
  // A fault of hone's own needs its stack to be mended; a fault of the input is said in full by its message.
  return exitCodeOf(error) === ExitCode.input || error.name !== 'Error'
    ? `${error.name}: ${error.message}`
    : String(error.stack);
}
