/** A file's name without the endings that say how its data is written: `part.2026.csv.gz` is `part.2026`. */
export function withoutEndings(name: string): string {
  return name.replace(/\.(gz|zst)$/i, '').replace(/\.(csv|tsv|txt|jsonl|ndjson|json|parquet|libsvm|svm)$/i, '');
}

/** A name made from a dataset's path: its last segment, without endings. */
export function nameOf(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.' && segment !== '..');
  const base = withoutEndings(segments.at(-1) ?? 'dataset');
  return (
    base
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 64)
      .replace(/[^A-Za-z0-9]+$/, '') || 'dataset'
  );
}
