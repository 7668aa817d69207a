import { type ParseArgsConfig, parseArgs } from 'node:util';
import { InputError } from '../lib/core/errors.ts';

/** One command of the command line. */
export interface Command {
  name: string;
  /** What stands after the name, as help shows it: `PIPELINE`. */
  synopsis: string;
  /** One sentence. */
  summary: string;
  options: Record<string, OptionHelp>;
  /** Answers the exit code. */
  run(args: string[]): Promise<number>;
}

export interface OptionHelp {
  type: 'string' | 'boolean';
  /** What the value is, as help shows it: `FOLDER`. */
  value?: string;
  summary: string;
}

/** Options that every command takes. */
export const commonOptions = {
  store: { type: 'string', value: 'STORE', summary: 'a folder (.hone by default) or s3://bucket/prefix' },
  json: { type: 'boolean', summary: 'print one JSON document on standard output, and nothing else there' },
} as const satisfies Record<string, OptionHelp>;

type Values<Options extends Record<string, OptionHelp>> = {
  [Name in keyof Options]?: Options[Name]['type'] extends 'boolean' ? boolean : string;
};

/**
 * Reads a command's arguments.
 *
 * @param names the positional arguments by name; one that ends in "?" may be left out
 * @throws InputError when an option is not known, or a positional argument is missing or too many
 */
export function readArguments<Options extends Record<string, OptionHelp>>(
  command: string,
  args: string[],
  names: string[],
  options: Options,
): { positionals: string[]; values: Values<Options & typeof commonOptions> } {
  const all = { ...commonOptions, ...options };
  const config = Object.fromEntries(Object.entries(all).map(([name, { type }]) => [name, { type }]));
  let parsed: { positionals: string[]; values: object };
  try {
    parsed = parseArgs({ args, options: config as ParseArgsConfig['options'], allowPositionals: true, strict: true });
  } catch (error) {
    throw new InputError(`hone ${command}: ${(error as Error).message}`, { advice: `See hone ${command} --help` });
  }
  const required = names.filter((name) => !name.endsWith('?'));
  const { positionals } = parsed;
  if (positionals.length < required.length || positionals.length > names.length) {
    const expected =
      names.map((name) => (name.endsWith('?') ? `[${name.slice(0, -1)}]` : name)).join(' ') || 'no arguments';
    throw new InputError(`hone ${command}: expected ${expected}, found ${positionals.join(' ') || 'nothing'}`, {
      advice: `See hone ${command} --help`,
    });
  }
  return { positionals, values: parsed.values as Values<Options & typeof commonOptions> };
}
