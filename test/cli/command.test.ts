import { expect, test } from 'vitest';
import { command } from '../../cli/command.ts';

type Given = { positionals: string[]; values: object };

/** Runs a command that keeps what it is given. */
async function given(args: string[], positionals = ['MODEL', 'VERSION?']): Promise<Given> {
  let kept: Given | undefined;
  const echo = command({
    name: 'echo',
    synopsis: '',
    summary: '',
    positionals,
    options: { alias: { type: 'string', summary: '' }, fast: { type: 'boolean', summary: '' } },
    async run(ofCommand, values) {
      kept = { positionals: ofCommand, values: { ...values } };
      return 0;
    },
  });
  await echo.run(args);
  return kept as Given;
}

test('a command is given its positional arguments in order, and the values of its own and the common options', async () => {
  expect(await given(['houses', 'v1', '--fast', '--alias', 'shadow', '--store', 's3://b', '--json'])).toEqual({
    positionals: ['houses', 'v1'],
    values: { fast: true, alias: 'shadow', store: 's3://b', json: true },
  });
  expect(await given(['houses'])).toEqual({ positionals: ['houses'], values: {} });
});

test.each([
  [[], ['MODEL', 'VERSION?'], 'hone echo: expected MODEL [VERSION], found nothing. See hone echo --help'],
  [['a', 'b', 'c'], ['MODEL', 'VERSION?'], 'hone echo: expected MODEL [VERSION], found a b c'],
  [['a'], [], 'hone echo: expected no arguments, found a'],
  [['a', '--slow'], ['MODEL'], "hone echo: Unknown option '--slow'. See hone echo --help"],
  [['a', '--alias'], ['MODEL'], "hone echo: Option '--alias <value>' argument missing"],
])('%j, where %j are asked for, is an InputError', async (args, positionals, message) => {
  await expect(given(args, positionals)).rejects.toMatchObject({
    name: 'InputError',
    message: expect.stringContaining(message),
  });
});
