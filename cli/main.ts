import { InputError } from '../lib/core/errors.ts';
import { release } from '../lib/jobs/release.ts';
import { commands } from './commands/index.ts';
import { endWithOutput } from './end-with-output.ts';
import { ExitCode, exitCodeOf } from './exit-codes.ts';
import { overview, usage } from './help.ts';
import { printable } from './output.ts';

endWithOutput(process.stdout);
process.exitCode = await main(process.argv.slice(2));

/** Runs one command and answers its exit code: 0 done, 1 a gate failed, 2 the input is wrong, 3 anything else. */
async function main([name, ...rest]: string[]): Promise<number> {
  try {
    if (name === '--version') {
      console.log(release);
      return ExitCode.done;
    }
    const asked = name === 'help' && commands.find((candidate) => candidate.name === rest[0]);
    if (asked) {
      console.log(usage(asked));
      return ExitCode.done;
    }
    if (name === 'help' && rest.length > 0) throw unknownCommand(rest[0]);
    if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
      console.log(overview(commands));
      return name === undefined ? ExitCode.input : ExitCode.done;
    }
    const command = commands.find((candidate) => candidate.name === name);
    if (!command) throw unknownCommand(name);
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

function unknownCommand(name: string): InputError {
  const names = commands.map((candidate) => candidate.name).join(', ');
  return new InputError(`hone: expected one of ${names}, found ${JSON.stringify(name)}`);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `hone: ${String(error)}`;
  // A fault of hone's own needs its stack to be mended; a fault of the input is said in full by its message.
  return exitCodeOf(error) === ExitCode.input || error.name !== 'Error'
    ? `${error.name}: ${error.message}`
    : String(error.stack);
}
