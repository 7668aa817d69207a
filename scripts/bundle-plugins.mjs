// What serverless-esbuild hands to esbuild. The SDK carries clients by which it gets credentials from a user's single
// sign-on or another role; a function has its own in its environment, so that a stub stands in for them: 60 kB less.
const stub = `module.exports = new Proxy({}, {
  get(target, name) {
    if (name === '__esModule' || typeof name === 'symbol') return undefined;
    throw new Error('expected credentials in the environment, found a way to sign in that the bundle leaves out: ' + name);
  },
});`;

export default [
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
