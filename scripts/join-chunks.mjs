// Joins the modules that esbuild cuts a function's bundle into, where each start reads them all: finding, reading and linking
// a file takes a cold start about a fifth of a millisecond, however small it is.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';

/** Modules that are imported when they are needed, which every function does at its first event. */
const soonNeeded = ['functions/adapter/environment.ts', 'lib/store/s3.ts'];

/**
 * Joins what the function imports at once to one module, and to another what the modules import besides that it needs soon.
 *
 * @param esbuild the library, by which plugins are called
 * @param metafile what esbuild says of a build that is written
 */
export async function joinChunks(esbuild, { outputs }, { entryPoints, absWorkingDir = process.cwd() }) {
  const [entry] = Object.keys(outputs).filter((path) => isOf(outputs[path], entryPoints[0]));
  const soon = Object.keys(outputs).filter((path) => soonNeeded.some((source) => isOf(outputs[path], source)));
  const joined = new Set();
  for (const from of [[entry], soon]) {
    const chunks = importedBy(from).filter((path) => !joined.has(path));
    for (const path of chunks) joined.add(path);
    if (chunks.length > 1) await join(chunks);
  }

  /** Chunks that these modules and their imports import; not modules that somebody imports by their own name. */
  function importedBy(paths) {
    const found = new Set();
    const visit = (path) => {
      for (const { path: to, kind, external } of outputs[path].imports) {
        if (kind !== 'import-statement' || external || found.has(to)) continue;
        found.add(to);
        visit(to);
      }
    };
    paths.forEach(visit);
    return [...found].filter((path) => outputs[path].entryPoint === undefined);
  }

  async function join(chunks) {
    const folder = resolve(absWorkingDir, dirname(chunks[0]));
    const names = chunks.map((path) => basename(path));
    const own = (name, i) => `${name}_${i}`;
    const contents = chunks.map((path, i) => {
      const exports = outputs[path].exports.map((name) => `${name} as ${own(name, i)}`);
      return `export { ${exports.join(', ')} } from './${names[i]}';`;
    });
    const { outputFiles } = await esbuild.build({
      stdin: { contents: contents.join('\n'), resolveDir: folder },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      write: false,
      logLevel: 'error',
      plugins: [othersApart(names)],
    });
    // The largest gives its name: it begins with the function's.
    const whole = names.toSorted((a, b) => sizeOf(b) - sizeOf(a))[0];
    await Promise.all(
      Object.keys(outputs).map(async (path) => {
        const file = resolve(absWorkingDir, path);
        if (joined.has(path)) return names.includes(basename(path)) && (await rm(file));
        const text = await readFile(file, 'utf8');
        await writeFile(file, redirected(text));
      }),
    );
    await writeFile(resolve(folder, whole), outputFiles[0].contents);

    function sizeOf(name) {
      return outputs[chunks[names.indexOf(name)]].bytes;
    }

    /** With one import in the place of those of the chunks. */
    function redirected(text) {
      const taken = [];
      let place;
      const others = text.replace(importStatement, (statement, list, name, at) => {
        const i = names.indexOf(name);
        if (i < 0) return statement;
        place ??= at;
        for (const part of (list ?? '').split(',').filter(Boolean)) {
          const [exported, local = exported] = part.split(' as ');
          taken.push(`${own(exported, i)} as ${local}`);
        }
        return '';
      });
      const left = names.find((name) => others.includes(`"./${name}"`));
      if (left) throw new Error(`expected every import of ${left} in the form that esbuild minifies to, found another`);
      if (place === undefined) return text;
      return `${others.slice(0, place)}import{${taken.join(',')}}from"./${whole}";${others.slice(place)}`;
    }
  }
}

/** As esbuild writes it where it minifies: its names, and the file. */
const importStatement = /import(?:\{([^}]*)\}from)?"\.\/([^"]+)";/g;

const isOf = ({ entryPoint }, source) => entryPoint !== undefined && basename(entryPoint) === basename(source);

/** Leaves imports of all but these as they are. */
function othersApart(names) {
  return {
    name: 'others-apart',
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ path, kind }) =>
        kind === 'entry-point' || names.includes(basename(path)) ? undefined : { path, external: true },
      );
    },
  };
}
