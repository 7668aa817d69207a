import { parseArgs } from 'node:util';
import { InputError } from '../lib/core/errors.ts';
import { nearestName } from '../lib/core/nearest-name.ts';

/** One command of the command line. */
export interface Command {
  name: string;
  /** What stands after the name, as help shows it: `PIPELINE`. */
  synopsis: string;
  /** One sentence. */
  summary: string;
  options: Options;
  /**
   * Answers the exit code.
   *
   * @throws InputError when an option is not known, or a positional argument is missing or too many
   */
  run(args: string[]): Promise<number>;
}

export type Options = Record<string, OptionHelp>;

export interface OptionHelp {
  type: 'string' | 'boolean';
  /** Whether it may be given several times; its value is then the list of all that were given. */
  multiple?: boolean;
  /** What the value is, as help shows it: `FOLDER`. */
  value?: string;
  summary: string;
}

/** Options of commands that take one version of a model. */
export const versionOptions = {
  version: {
    type: 'string',
    value: 'VERSION',
    summary: 'the version, or its first six digits or more; by default the one that the alias names',
  },
  alias: { type: 'string', value: 'ALIAS', summary: 'champion by default' },
} as const satisfies Options;

/** Options that every command takes. */
export const commonOptions = {
  store: { type: 'string', value: 'STORE', summary: 'a folder (.hone by default) or s3://bucket/prefix' },
  json: { type: 'boolean', summary: 'print one JSON document on standard output, and nothing else there' },
} as const satisfies Options;

/**
 * A command whose arguments are read before it runs.
 *
 * @param definition.positionals the positional arguments by name; one that ends in "?" may be left out
 * @param definition.run is given the positional arguments in order, and the options' values by name
 */
export function command<const Own extends Options>({
  positionals,
  run,
  ...help
}: Omit<Command, 'run' | 'options'> & {
  positionals: string[];
  options: Own;
  run(positionals: string[], values: Values<Own & typeof commonOptions>): Promise<number>;
}): Command {
  return {
    ...help,
    run: (args) => {
      const given = readArguments(args, { ...commonOptions, ...help.options }, help.name);
      checkCount(given.positionals, positionals, help.name);
      return run(given.positionals, given.values);
    },
  };
}

/** The values given for options; undefined where an option was not given. */
export type Values<Given extends Options> = {
  [Name in keyof Given]?: Given[Name]['type'] extends 'boolean'
    ? boolean
    : Given[Name] extends { multiple: true }
      ? string[]
      : string;
};

function readArguments<Given extends Options>(
  args: string[],
  options: Given,
  name: string,
): { positionals: string[]; values: Values<Given> } {
  try {
    const { positionals, values } = parseArgs({ args, options, allowPositionals: true, strict: true });
    // parseArgs types what its own literal options give; these are the same by the options' types.
    return { positionals, values: values as Values<Given> };
  } catch (error) {
    const [message] = (error as Error).message.split('. ');
    const near = nearestName(/^Unknown option '--([^']+)'/.exec(message)?.[1] ?? '', Object.keys(options));
    throw new InputError(`hone ${name}: ${message}`, {
      advice: near === undefined ? `See hone ${name} --help` : `Did you mean --${near}?`,
    });
  }
}

function checkCount(given: string[], names: string[], command: string): void {
  const required = names.filter((name) => !name.endsWith('?'));
  if (given.length >= required.length && given.length <= names.length) return;
  const shown = names.map((name) => (name.endsWith('?') ? `[${name.slice(0, -1)}]` : name));
  throw new InputError(
    `hone ${command}: expected ${shown.join(' ') || 'no arguments'}, found ${given.join(' ') || 'nothing'}`,
    { advice: `See hone ${command} --help` },
  );
}
