// A victim with a fault planted in it: renaming is a copy, so that a death leaves half of a file under its final name.
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const rename = async (from: string, to: string) => {
  const bytes = await fs.readFile(from);
  const file = await fs.open(to, 'w');
  await file.writeFile(bytes);
  await file.close();
  await fs.unlink(from);
};
Object.assign(fs, { rename });
syncBuiltinESMExports();
await import('../../scripts/chaos/kills/victim.ts');
