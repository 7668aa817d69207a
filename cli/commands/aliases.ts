import { champion, moveAlias, readAlias, rollBackAlias } from '../../lib/registry/aliases.ts';
import { findVersion } from '../../lib/registry/find-version.ts';
import { openStore } from '../../lib/store/open.ts';
import { command } from '../command.ts';
import { defaultStore } from '../context.ts';
import { ExitCode } from '../exit-codes.ts';
import { printJson } from '../output.ts';

const options = { alias: { type: 'string', value: 'ALIAS', summary: 'champion by default' } } as const;

export const promoteCommand = command({
  name: 'promote',
  synopsis: 'MODEL VERSION',
  summary: 'Point an alias at a version, whatever its gates said. Its first six digits or more are enough.',
  positionals: ['MODEL', 'VERSION'],
  options,
  async run([model, version], { store = defaultStore, alias = champion, json }) {
    const opened = await openStore(store);
    const to = await findVersion(opened, model, version);
    const from = await readAlias(opened, model, alias);
    await moveAlias(opened, model, alias, { to, from });
    if (json) printJson({ model, alias, from: from?.version ?? null, to });
    else console.log(`${alias} of ${model}: ${from?.version ?? 'nothing'} → ${to}`);
    return ExitCode.done;
  },
});

export const rollbackCommand = command({
  name: 'rollback',
  synopsis: 'MODEL',
  summary: 'Point an alias back at the version before.',
  positionals: ['MODEL'],
  options,
  async run([model], { store = defaultStore, alias = champion, json }) {
    const moved = await rollBackAlias(await openStore(store), model, alias);
    if (json) printJson({ model, alias, ...moved });
    else console.log(`${alias} of ${model}: ${moved.from} → ${moved.to}`);
    return ExitCode.done;
  },
});
