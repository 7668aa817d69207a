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
    'Exit codes: 0 done, 1 a gate or a check failed, 2 the input is wrong, 3 anything else; 129, 130, 143 interrupted.',
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

/** Two columns, the right one wrapped at 100 characters; a left cell that is too wide gets a line of its own. */
function columns(rows: [string, string][]): string[] {
  const width = Math.min(30, Math.max(...rows.map(([left]) => left.length)));
  return rows.flatMap(([left, right]) => {
    const [first, ...rest] = wrap(right, 96 - width).map((line) => `${' '.repeat(width + 4)}${line}`);
    if (left.length > width) return [`  ${left}`, first, ...rest];
    return [`  ${left.padEnd(width)}  ${first.trimStart()}`, ...rest];
  });
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
