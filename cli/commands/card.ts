import { readCard } from '../../lib/jobs/cards.ts';
import { command, versionOptions } from '../command.ts';
import { localContext } from '../context.ts';
import { ExitCode } from '../exit-codes.ts';
import { printJson } from '../output.ts';

export const cardCommand = command({
  name: 'card',
  synopsis: 'MODEL',
  summary: "Print a model's card, in Markdown.",
  positionals: ['MODEL'],
  options: versionOptions,
  async run([name], { store, version, alias, json }) {
    const card = await readCard(await localContext({ store }), { name, version, alias });
    if (json) printJson({ model: name, version: card.version, card: card.text });
    else process.stdout.write(card.text);
    return ExitCode.done;
  },
});
