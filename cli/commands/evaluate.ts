import { InputError } from '../../lib/core/errors.ts';
import { evaluateModel } from '../../lib/jobs/evaluate-model.ts';
import { command } from '../command.ts';
import { localContext } from '../context.ts';
import { asDataPath } from '../data-path.ts';
import { ExitCode } from '../exit-codes.ts';
import { printJson } from '../output.ts';
import { printReport } from '../report-page.ts';

export const evaluateCommand = command({
  name: 'evaluate',
  synopsis: 'MODEL --data DATA',
  summary: 'Evaluate a registered version on labelled data, and write a report.',
  positionals: ['MODEL'],
  options: {
    data: { type: 'string', value: 'DATA', summary: 'labelled rows: a local path, s3://…, or a key in the store' },
    version: { type: 'string', value: 'VERSION', summary: 'the version; by default the one that the alias names' },
    alias: { type: 'string', value: 'ALIAS', summary: 'champion by default' },
  },
  async run([name], { store, data, version, alias, json }) {
    if (!data) throw new InputError('hone evaluate: expected --data DATA, found none');
    const context = await localContext({ store });
    const result = await evaluateModel(context, { name, version, alias, path: asDataPath(data) });
    if (json) {
      printJson(result);
    } else {
      if (result.status === 'found') console.log('Found: this version was evaluated on this data before.\n');
      await printReport(context, result.report, { store });
    }
    return result.gate === 'fail' || result.gate === 'undecided' ? ExitCode.checkFailed : ExitCode.done;
  },
});
