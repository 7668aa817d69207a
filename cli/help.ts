import { type Command, commonOptions, type OptionHelp } from './command.ts';

/** The page that `hone` and `hone --help` print. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, synopsis, summary }): [string, string] => [`${name} ${synopsis}`.trim(), summary]);
  return [
    'hone trains, evaluates and keeps watch over models, from data in S3 or in a folder.',
    '',
    'Usage: hone COMMAND [OPTIONS]',
    '',
    ...columns(rows),
    '',
    'Exit codes: 0 done, 1 a gate or a check failed, 2 the input is wrong, 3 anything else.',
    'hone COMMAND --help says more; hone --version prints the release.',
  ].join('\n');
}

/** The page that `hone COMMAND --help` prints. */
export function usage({ name, synopsis, summary, options }: Command): string {
  const rows = Object.entries({ ...options, ...commonOptions }).map(([option, help]) => optionRow(option, help));
  return [`Usage: hone ${name} ${synopsis}`.trim(), '', summary, '', ...columns(rows)].join('\n');
}

const optionRow = (name: string, { value, summary }: OptionHelp): [string, string] => [
  `--${name}${value ? ` ${value}` : ''}`,
  summary,
];

function columns(rows: [string, string][]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
