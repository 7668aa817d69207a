import { ConflictError, InputError, NotFoundError } from '../core/errors.ts';
import type { Vector } from '../core/vector.ts';
import type { Model } from '../models/model.ts';
import type { Request } from '../pipeline/resolve.ts';
import { champion, readAlias } from '../registry/aliases.ts';
import { hasVersion, readVersion } from '../registry/versions.ts';
import { findJson, putJson } from '../store/json.ts';
import type { Context } from './context.ts';
import type { Prepared } from './prepare.ts';

/**
 * The request with the version that training starts from in place of `champion`, so that run and version are named by
 * content.
 *
 * The first run of a request on some data notes which version that was. Whoever opens the same again, when its own model
 * is champion already, finds the run instead of training on and on.
 *
 * @param noteKey where the note lies, by the request and its data
 * @throws NotFoundError when there is no version of that name
 */
export async function resolveWarmStart(
  { store }: Pick<Context, 'store'>,
  request: Request,
  noteKey: string,
): Promise<Request> {
  const { name, model } = request;
  if (model.warmStart === null) return request;
  const from = (warmStart: string | null): Request => ({ ...request, model: { ...model, warmStart } });
  if (model.warmStart !== champion) {
    if (await hasVersion(store, name, model.warmStart)) return request;
    throw new NotFoundError(`model.warmStart: expected a version of model ${name}, found no ${model.warmStart}`);
  }
  const noted = async () => (await findJson(store, noteKey))?.value as { version: string | null } | undefined;
  const before = await noted();
  if (before) return from(before.version);
  const version = (await readAlias(store, name, champion))?.version ?? null;
  try {
    await putJson(store, noteKey, { version }, { ifAbsent: true });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return from((await noted())?.version ?? version);
  }
  return from(version);
}

/**
 * Where training starts: the model's own beginning, or the parameters of the version that the request names.
 *
 * They are taken as they are, in units of that version's scaled features.
 *
 * @throws InputError when the version has other features, classes or layers
 */
export async function startingParameters(
  { store }: Pick<Context, 'store'>,
  { name, model: { warmStart } }: Request,
  { encoding, target }: Pick<Prepared, 'encoding' | 'target'>,
  model: Model,
): Promise<Vector> {
  if (warmStart === null) return model.initial();
  const { manifest, parameters } = await readVersion(store, name, warmStart);
  const here = { kind: model.kind, layout: model.layout, columns: encoding.columns.map((column) => column.name) };
  const there = {
    kind: manifest.model.kind,
    layout: manifest.model.layout,
    columns: manifest.encoding.columns.map((column) => column.name),
  };
  const classes = (of: Prepared['target']) => ('classes' in of ? of.classes : null);
  const isAlike = JSON.stringify([here, classes(target)]) === JSON.stringify([there, classes(manifest.target)]);
  if (isAlike) return parameters;
  throw new InputError(
    `model.warmStart: expected version ${warmStart} to have the features, classes and layers of this training, found others`,
    { advice: 'Start without it, or from a version that was trained on the same columns' },
  );
}
