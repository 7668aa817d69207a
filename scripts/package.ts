// `npm run package`: builds what a deploy would upload, without an AWS account and without a connection, and prints
// the size of each function's bundle. Further arguments go to `serverless package`, such as --stage prod.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readZip } from './zip.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const limitBytes = 1_500_000;

process.exitCode = packageService(process.argv.slice(2)) ?? listMaterials() ?? reportSizes();

/** The exit code when packaging fails. */
function packageService(options: string[]): number | undefined {
  // What an earlier packaging left there would be zipped in again.
  for (const folder of ['.esbuild', '.serverless']) rmSync(`${root}${folder}`, { recursive: true, force: true });
  const { status } = spawnSync(
    process.execPath,
    [`${root}node_modules/serverless/bin/serverless.js`, 'package', ...options],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        // The framework wants credentials to be there. Nobody looks at them: offline.mjs stops whoever would.
        AWS_ACCESS_KEY_ID: 'offline',
        AWS_SECRET_ACCESS_KEY: 'offline',
        AWS_SESSION_TOKEN: '',
        AWS_PROFILE: '',
        AWS_EC2_METADATA_DISABLED: 'true',
        NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${new URL('offline.mjs', import.meta.url)}`.trim(),
      },
    },
  );
  return status === 0 ? undefined : (status ?? 3);
}

/**
 * Writes what the bundles may hold, with licences and hashes, beside them, as CycloneDX; the exit code when that fails.
 *
 * npm's own --omit=dev leaves out whatever a package for development asks for as well (npm 11.19), so that most would miss:
 * all are listed, and those for development alone taken out by the lock file.
 */
function listMaterials(): number | undefined {
  const options = ['--sbom-format=cyclonedx', '--package-lock-only'];
  const { status, stdout, stderr } = spawnSync('npm', ['sbom', ...options], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(stderr);
    return status ?? 3;
  }
  const materials = JSON.parse(stdout) as Materials;
  const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
    packages: Record<string, { version: string; dev?: boolean }>;
  };
  const running = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
  const wanted = new Set(
    running.map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`),
  );
  const components = materials.components.filter(({ name, version }) => wanted.has(`${name}@${version}`));
  const references = new Set([materials.metadata.component, ...components].map((component) => component['bom-ref']));
  const dependencies = materials.dependencies
    .filter(({ ref }) => references.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => references.has(other)) }));
  writeFileSync(
    `${root}.serverless/sbom.cdx.json`,
    JSON.stringify({ ...materials, components, dependencies }, null, 2),
  );
  return undefined;
}

/** What is read of a CycloneDX document. */
interface Materials {
  metadata: { component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

interface Component {
  'bom-ref': string;
  name: string;
  version: string;
}

/** Prints a line for each bundle; the exit code says whether all are small enough. */
function reportSizes(): number {
  const archives = readdirSync(`${root}.serverless`).filter((name) => name.endsWith('.zip'));
  let isTooLarge = archives.length === 0;
  console.log(`${'bundle'.padEnd(20)}${'unzipped'.padStart(14)}${'zipped'.padStart(14)}`);
  for (const name of archives) {
    const archive = readFileSync(`${root}.serverless/${name}`);
    const size = readZip(archive).reduce((total, file) => total + file.size, 0);
    const verdict = size > limitBytes ? '  over the limit' : '';
    console.log(`${name.slice(0, -4).padEnd(20)}${bytes(size)}${bytes(archive.length)}${verdict}`);
    isTooLarge ||= size > limitBytes;
  }
  if (isTooLarge)
    console.error(`expected bundles of at most ${bytes(limitBytes).trim()} unzipped, each with its function`);
  return isTooLarge ? 1 : 0;
}

function bytes(count: number): string {
  return `${count.toLocaleString('en')} B`.padStart(14);
}
