// The files of a folder of hostile files, and what other readers made of each.

/** What reading a file led to. */
export type Outcome =
  | {
      kind: 'read';
      rowCount: number;
      columns: string[];
      /** Cells by row, null where missing; absent when there are very many. */
      rows?: (string | number | null)[][];
      sparse?: { columnCount: number; rowStarts: number[]; columns: number[]; values: (number | string)[] };
      /** Whether columns were left out because of what they hold. */
      hasLeftOut: boolean;
      peakBytes: number;
    }
  | { kind: 'refused'; message: string; peakBytes: number }
  | { kind: 'crash'; why: string };

/** One text to read, and what is known of it. */
export interface Trial {
  name: string;
  /** Where it lies; its name when `text` holds its content. */
  path: string;
  /** The content, in base64, of a text that is listed rather than a file. */
  text?: string;
  format: 'auto' | 'jsonl' | 'libsvm';
  header: boolean;
  kind: 'csv' | 'jsonl' | 'parquet' | 'libsvm';
  /** What other readers made of it, as the folder tells it. */
  expected?: unknown;
  /** The file's own content, where the verdict asks for it. */
  content(): Uint8Array;
  /** Why it is not tried. */
  skip?: string;
}

export interface FolderAccess {
  /** Names of the files in a folder below; none when it is not there. */
  list(folder: string): string[];
  read(path: string): Uint8Array;
}

/** All trials of a folder, its listed texts among them. */
export function trialsOf(folder: string, { list, read }: FolderAccess): Trial[] {
  const json = (path: string): unknown => {
    try {
      return JSON.parse(new TextDecoder().decode(read(path)));
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  const filesOf = (path: string) =>
    new Map(Object.entries((json(path) as { files?: object } | undefined)?.files ?? {}));
  const [csv, jsonl, parquet] = ['csv_gzip', 'jsonl', 'parquet'].map((name) => filesOf(`expected_${name}.json`));
  const trials: Trial[] = [];
  const addFiles = (kind: Trial['kind'], below: string, expected: ReadonlyMap<string, unknown>) => {
    for (const file of list(below)) {
      const path = `${below}/${file}`;
      const answer = kind !== 'jsonl' && file.endsWith('.json') ? 'the expected rows of another file' : undefined;
      if (listedTexts.has(file)) continue;
      trials.push({
        name: path,
        path: `${folder}/${path}`,
        format: 'auto',
        header: true,
        kind,
        expected: expected.get(path),
        content: () => read(path),
        skip: answer,
      });
    }
  };
  addFiles('csv', 'csv', csv);
  addFiles('csv', 'gzip', csv);
  addFiles('jsonl', 'jsonl', jsonl);
  addFiles('parquet', 'parquet', parquet);
  addFiles('libsvm', 'libsvm', new Map());

  for (const { name, text, base64, verdict } of casesIn(json('jsonl/JSONTestSuite_lines.json'))) {
    const content = base64 === undefined ? new TextEncoder().encode(text) : Buffer.from(base64, 'base64');
    // A text that is valid and no object is still no row: so it is tried as the value of a row, too.
    const asIs = verdict === 'must accept' ? 'either' : verdict;
    trials.push(textTrial(`jsonl/${name}`, content, { format: 'jsonl', kind: 'jsonl', expected: { verdict: asIs } }));
    if (content.includes(0x0a) || base64 !== undefined) continue;
    const inRow = new TextEncoder().encode(`{"value":${text}}`);
    trials.push(
      textTrial(`jsonl/${name} as a value`, inRow, { format: 'jsonl', kind: 'jsonl', expected: { verdict } }),
    );
  }
  for (const { name, text, ...expected } of casesIn(json('libsvm/edge_lines.json'))) {
    const content = new TextEncoder().encode(text);
    trials.push(textTrial(`libsvm/${name}`, content, { format: 'libsvm', kind: 'libsvm', expected }));
  }
  return trials;
}

const listedTexts = new Set(['JSONTestSuite_lines.json', 'edge_lines.json']);

interface ListedText {
  name: string;
  text?: string;
  base64?: string;
  verdict?: string;
}

const casesIn = (list: unknown): ListedText[] => (list as { cases?: ListedText[] } | undefined)?.cases ?? [];

function textTrial(name: string, content: Uint8Array, rest: Pick<Trial, 'format' | 'kind' | 'expected'>): Trial {
  return {
    name,
    path: name,
    text: Buffer.from(content).toString('base64'),
    header: true,
    content: () => content,
    ...rest,
  };
}
