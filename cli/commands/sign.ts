import { signVersions } from '../../lib/jobs/sign.ts';
import { formatCount } from '../../lib/report/format.ts';
import { command } from '../command.ts';
import { localContext } from '../context.ts';
import { ExitCode } from '../exit-codes.ts';
import { printJson } from '../output.ts';

export const signCommand = command({
  name: 'sign',
  synopsis: 'MODEL',
  summary: 'Sign all versions of a model, as they are, with the key in HONE_SIGNING_KEY.',
  positionals: ['MODEL'],
  options: {},
  async run([name], { store, json }) {
    const signed = await signVersions(await localContext({ store }), name);
    if (json) printJson({ model: name, ...signed });
    else console.log(`Signed ${formatCount(signed.versions.length, 'version')} of ${name} with key ${signed.key}`);
    return ExitCode.done;
  },
});
