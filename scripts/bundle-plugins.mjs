// Plugins for esbuild that make functions start fast; serverless-esbuild loads them.
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { joinChunks } from './join-chunks.mjs';

// The SDK contains clients that get credentials by single sign-on, from another role or from the machine. A function has
// credentials in its environment, so a stub replaces them: 70 kB less, and what all of these clients share no longer stands
// in a file of its own.
const stub = `module.exports = new Proxy({}, {
  get(target, name) {
    if (name === '__esModule' || typeof name === 'symbol') return undefined;
    throw new Error('expected credentials in the environment, and answers at once; found what the bundle leaves out: ' + name);
  },
});`;

/** Exports what stands in the API's bundle for the globals of the same names. */
const lightWeb = fileURLToPath(new URL('../functions/adapter/light-web.ts', import.meta.url));

const noFiles = `
export const filePromises = {};
export const fileIntercept = {};
export const readFile = async () => { throw new Error('expected settings in the environment'); };`;

const noEvents = `
const absent = () => { throw new Error('expected an answer at once, found one in events, which the bundle leaves out'); };
export const eventStreamSerdeProvider = () => ({ serialize: absent, deserialize: absent });
export const resolveEventStreamSerdeConfig = (input) =>
  Object.assign(input, { eventStreamMarshaller: input.eventStreamSerdeProvider(input) });`;

/**
 * The SDK's descriptions of a service's operations and their parts, each in a call that may be left out: as they stand
 * there, esbuild must take it that each does something, and keeps those of all operations.
 */
export const withoutIdleSchemas = (text) =>
  text.replace(
    /^((?:export )?var [\w$]+ = )(\[(?:.*|[\s\S]*?\n)\]);$/gm,
    (_, declaration, description) => `${declaration}/* @__PURE__ */ (() => ${description})();`,
  );

/** The SDK's code as if there were no web streams, and none that read files. */
const withoutOtherBodies = (text) =>
  text
    .replaceAll('typeof ReadableStream', '"undefined"')
    .replace('import { ReadStream, fstatSync', 'class ReadStream {}\nimport { fstatSync');

const nodeModule = new RegExp(`^(node:)?(${builtinModules.filter((name) => !/^(_|node:)/.test(name)).join('|')})$`);

/** One of Node's modules as a module whose unused exports esbuild can leave out, unread. */
function ownExports(path) {
  const names = Object.keys(process.getBuiltinModule(path)).filter((name) => name !== 'default');
  const exports = names.map((name) => `export const ${name} = /* @__PURE__ */ (() => whole.${name})();`);
  return [
    `const whole = /* @__PURE__ */ process.getBuiltinModule('${path}');`,
    'export default whole;',
    ...exports,
  ].join('\n');
}

export default [
  {
    // Code behind `await import` becomes a module of its own, which Node parses only when it is needed. Its name begins with
    // the function's, by which serverless-esbuild knows into whose bundle it goes.
    name: 'apart',
    setup({ initialOptions, esbuild, onEnd }) {
      const [entry] = initialOptions.entryPoints;
      initialOptions.splitting = true;
      initialOptions.chunkNames = `${basename(entry, extname(entry))}.[name]-[hash]`;
      initialOptions.metafile = true;
      onEnd(({ metafile }) => metafile && joinChunks(esbuild, metafile, initialOptions));
    },
  },
  {
    // The SDK uses it to tell browsers apart: 34 kB.
    name: 'without-browsers',
    setup(build) {
      build.onResolve({ filter: /^bowser$/ }, ({ path }) => ({ path, namespace: 'nothing' }));
      build.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'export {};', loader: 'js' }));
    },
  },
  {
    // S3 has 103 operations, of which hone uses seven: 90 kB that each start would read and run.
    name: 'without-idle-schemas',
    setup(build) {
      build.onLoad({ filter: /@aws-sdk[\\/]client-.*[\\/]schemas_0\.js$/ }, async ({ path }) => ({
        contents: withoutIdleSchemas(await readFile(path, 'utf8')),
        loader: 'js',
      }));
    },
  },
  {
    // Only a query within an S3 object answers in events, and hone never asks for one.
    name: 'without-event-streams',
    setup(build) {
      build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ path, kind }) => ({
        path,
        namespace: kind === 'dynamic-import' ? 'stub' : 'no-events',
      }));
      build.onLoad({ filter: /.*/, namespace: 'no-events' }, () => ({ contents: noEvents, loader: 'js' }));
    },
  },
  {
    // An `import` of one of Node's modules reads all of its exports, and some of those load more: node:http's WebSocket the
    // whole of undici, node:fs's ReadStream all that streams and readlines need. This reads what is imported, and no more.
    name: 'own-exports',
    setup(build) {
      build.onResolve({ filter: nodeModule }, ({ path, kind }) => {
        if (kind === 'import-statement') return { path: path.replace(/^(node:)?/, 'node:'), namespace: 'own-exports' };
        // Only who looks for the machine's own credentials asks for it later.
        if (kind === 'dynamic-import' && path === 'http') return { path, namespace: 'stub' };
        return undefined;
      });
      build.onLoad({ filter: /.*/, namespace: 'own-exports' }, ({ path }) => ({
        contents: ownExports(path),
        loader: 'js',
      }));
      // The SDK waits with it until there is a request, which the next line of ours makes: a file more to find and read.
      build.onLoad({ filter: /[\\/]node-http-handler\.js$/ }, async ({ path }) => ({
        contents: (await readFile(path, 'utf8')).replace('await import("node:http")', 'require("node:http")'),
        loader: 'js',
      }));
    },
  },
  {
    // What the SDK is given to send are bytes: neither a file nor a web stream, whose classes Node would load for a look at
    // what there is.
    name: 'without-other-bodies',
    setup(build) {
      build.onLoad({ filter: /[\\/]@(smithy|aws-sdk)[\\/].*\.js$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const lighter = withoutOtherBodies(text);
        return lighter === text ? undefined : { contents: lighter, loader: 'js' };
      });
    },
  },
  {
    // A function's settings are in its environment, and no file of its user's home is there to look for more.
    name: 'without-home',
    setup(build) {
      build.onLoad({ filter: /[\\/]shared-ini-file-loader[\\/]readFile\.js$/ }, () => ({
        contents: noFiles,
        loader: 'js',
      }));
    },
  },
  {
    // Node loads the whole of undici with the first Request or Response, too.
    name: 'light-web',
    setup({ initialOptions, onResolve }) {
      if (basename(initialOptions.entryPoints[0]) !== 'api.ts') return;
      initialOptions.inject = [...(initialOptions.inject ?? []), lightWeb];
      // Whoever needs none of it does not import it.
      onResolve({ filter: /[\\/]light-web\.ts$/ }, ({ path }) => ({ path, sideEffects: false }));
    },
  },
  {
    name: 'without-sign-in',
    setup(build) {
      build.onResolve(
        {
          filter:
            /^@aws-sdk\/(nested-clients\/|token-providers$|credential-provider-(sso|ini|process|web-identity|login|http)$)|^@smithy\/credential-provider-imds$/,
        },
        ({ path }) => ({ path, namespace: 'stub' }),
      );
      build.onLoad({ filter: /.*/, namespace: 'stub' }, () => ({ contents: stub, loader: 'js' }));
    },
  },
];
