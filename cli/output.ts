/** Prints the one JSON document of a `--json` command on standard output. */
export const printJson = (value: unknown): void => console.log(JSON.stringify(value, null, 2));

/** Lays rows out in columns, two blanks between them; numbers stand right. */
export function formatColumns(rows: (string | number)[][]): string {
  const width = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: width }, (_, i) => Math.max(...rows.map((row) => String(row[i] ?? '').length)));
  const cell = (value: string | number | undefined, i: number) =>
    typeof value === 'number' ? String(value).padStart(widths[i]) : printable(value ?? '').padEnd(widths[i]);
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n');
}

/** Text from data, with control characters made visible: it can't move the cursor or change colours. */
export const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
