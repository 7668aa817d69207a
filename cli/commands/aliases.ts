import { champion, moveAlias, readAlias, rollBackAlias } from '../../lib/registry/aliases.ts';
import { openStore } from '../../lib/store/open.ts';
import { type Command, readArguments } from '../command.ts';
import { defaultStore } from '../context.ts';
import { ExitCode } from '../exit-codes.ts';
import { printJson } from '../output.ts';

const options = { alias: { type: 'string', value: 'ALIAS', summary: 'champion by default' } } as const;

export const promoteCommand: Command = {
  name: 'promote',
  synopsis: 'MODEL VERSION',
  summary: 'Point an alias at a version, whatever its gates said.',
  options,
  async run(args) {
    const { positionals, values } = readArguments('promote', args, ['MODEL', 'VERSION'], options);
    const [model, to] = positionals;
    const { store, alias = champion, json } = values;
    const opened = await openStore(store ?? defaultStore);
    const from = await readAlias(opened, model, alias);
    await moveAlias(opened, model, alias, { to, from });
    if (json) printJson({ model, alias, from: from?.version ?? null, to });
    else console.log(`${alias} of ${model}: ${from?.version ?? 'nothing'} → ${to}`);
    return ExitCode.done;
  },
};

export const rollbackCommand: Command = {
  name: 'rollback',
  synopsis: 'MODEL',
  summary: 'Point an alias back at the version before.',
  options,
  async run(args) {
    const { positionals, values } = readArguments('rollback', args, ['MODEL'], options);
    const [model] = positionals;
    const { store, alias = champion, json } = values;
    const moved = await rollBackAlias(await openStore(store ?? defaultStore), model, alias);
    if (json) printJson({ model, alias, ...moved });
    else console.log(`${alias} of ${model}: ${moved.from} → ${moved.to}`);
    return ExitCode.done;
  },
};
