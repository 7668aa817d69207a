import { brotliDecompressSync } from 'node:zlib';
import { packedPageScript } from './page.generated.ts';

let script: string | undefined;

/** The report page's script. Packed, it takes a third of the room in a function's bundle. */
export function pageScript(): string {
  script ??= brotliDecompressSync(Buffer.from(packedPageScript, 'base64')).toString();
  return script;
}
