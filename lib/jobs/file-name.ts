/** A file's name without the endings that say how its data is written: `part.2026.csv.gz` is `part.2026`. */
export function withoutEndings(name: string): string {
  return name.replace(/\.(gz|zst)$/i, '').replace(/\.(csv|tsv|txt|jsonl|ndjson|json|parquet|libsvm|svm)$/i, '');
}
