// What serverless-esbuild hands to esbuild, so that functions start fast.
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';

// The SDK carries clients by which it gets credentials from a user's single sign-on or another role; a function has its
// own in its environment, so that a stub stands in for them: 60 kB less.
const stub = `module.exports = new Proxy({}, {
  get(target, name) {
    if (name === '__esModule' || typeof name === 'symbol') return undefined;
    throw new Error('expected credentials in the environment, found a way to sign in that the bundle leaves out: ' + name);
  },
});`;

/**
 * The SDK's descriptions of a service's operations and their parts, each in a call that may be left out: as they stand
 * there, esbuild must take it that each does something, and keeps those of all operations.
 */
export const withoutIdleSchemas = (text) =>
  text.replace(
    /^((?:export )?var [\w$]+ = )(\[(?:.*|[^]*?\n)\]);$/gm,
    (_, declaration, description) => `${declaration}/* @__PURE__ */ (() => ${description})();`,
  );

export default [
  {
    // What is imported by `await import` becomes a module of its own, which Node parses when it is wanted. Its name begins
    // with the function's: by that serverless-esbuild knows whose bundle it goes into.
    name: 'apart',
    setup({ initialOptions }) {
      const [entry] = initialOptions.entryPoints;
      initialOptions.splitting = true;
      initialOptions.chunkNames = `${basename(entry, extname(entry))}.[name]-[hash]`;
    },
  },
  {
    // By it the SDK tells one browser from another: 34 kB.
    name: 'without-browsers',
    setup(build) {
      build.onResolve({ filter: /^bowser$/ }, ({ path }) => ({ path, namespace: 'nothing' }));
      build.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'export {};', loader: 'js' }));
    },
  },
  {
    // S3 knows 103 operations, hone uses seven: 90 kB that each start would read and run.
    name: 'without-idle-schemas',
    setup(build) {
      build.onLoad({ filter: /@aws-sdk[\\/]client-.*[\\/]schemas_0\.js$/ }, async ({ path }) => ({
        contents: withoutIdleSchemas(await readFile(path, 'utf8')),
        loader: 'js',
      }));
    },
  },
  {
    // An `import` of node:http asks it for all that it exports, its WebSocket too, for which Node loads the whole of
    // undici; `require` hands over the object as it is.
    name: 'http-without-undici',
    setup(build) {
      build.onResolve({ filter: /^(node:)?http$/ }, ({ namespace }) =>
        namespace === 'required' ? { path: 'node:http', external: true } : { path: 'http', namespace: 'required' },
      );
      build.onLoad({ filter: /.*/, namespace: 'required' }, () => ({
        contents: 'module.exports = require("node:http");',
        loader: 'js',
      }));
    },
  },
  {
    name: 'without-sign-in',
    setup(build) {
      build.onResolve(
        {
          filter:
            /^@aws-sdk\/(nested-clients\/|token-providers$|credential-provider-(sso|ini|process|web-identity|login)$)/,
        },
        ({ path }) => ({ path, namespace: 'stub' }),
      );
      build.onLoad({ filter: /.*/, namespace: 'stub' }, () => ({ contents: stub, loader: 'js' }));
    },
  },
];
