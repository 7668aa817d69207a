// Plugins for esbuild that make functions start fast; serverless-esbuild loads them.
import { basename, extname } from 'node:path';

// The SDK contains clients that get credentials by single sign-on or from another role. A function has credentials in its
// environment, so a stub replaces them: 60 kB less.
const stub = `module.exports = new Proxy({}, {
  get(target, name) {
    if (name === '__esModule' || typeof name === 'symbol') return undefined;
    throw new Error('expected credentials in the environment, found a way to sign in that the bundle leaves out: ' + name);
  },
});`;

export default [
  {
    // Code behind `await import` becomes a module of its own, which Node parses only when it is needed. Its name begins with
    // the function's, by which serverless-esbuild knows into whose bundle it goes.
    name: 'apart',
    setup({ initialOptions }) {
      const [entry] = initialOptions.entryPoints;
      initialOptions.splitting = true;
      initialOptions.chunkNames = `${basename(entry, extname(entry))}.[name]-[hash]`;
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
    // An `import` of node:http reads all of its exports, including WebSocket, for which Node loads the whole of undici;
    // `require` reads none.
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
