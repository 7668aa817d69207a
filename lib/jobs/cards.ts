import { NotFoundError } from '../core/errors.ts';
import { type CardWords, renderModelCard } from '../report/model-card.ts';
import type { Report } from '../report/report.ts';
import type { Store } from '../store/store.ts';
import { getText, putText } from '../store/text.ts';
import type { Context } from './context.ts';
import { resolveVersion, type VersionChoice } from './open-model.ts';
import { runKey } from './runs.ts';

const cardKey = (name: string, version: string): string => `reports/${name}/cards/${version}.md`;

/**
 * Writes the model card of a training beside its report, and to where `readCard` finds it by version.
 *
 * It is not part of the version, which never changes, since what people say of a model may change.
 */
export async function putCard(store: Store, run: string, report: Report, words?: CardWords): Promise<void> {
  const text = renderModelCard(report, words);
  const keys = [runKey(run, 'model-card.md')];
  if (report.version !== undefined) keys.push(cardKey(report.name, report.version));
  await Promise.all(keys.map((key) => putText(store, key, text, 'text/markdown; charset=utf-8')));
}

/**
 * The model card of a version, as its latest training wrote it.
 *
 * @throws NotFoundError when there is no such alias, or the version has no card
 */
export async function readCard(
  context: Pick<Context, 'store'>,
  choice: VersionChoice,
): Promise<{ version: string; text: string }> {
  const version = await resolveVersion(context, choice);
  try {
    return { version, text: await getText(context.store, cardKey(choice.name, version)) };
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new NotFoundError(
      `model ${choice.name}: expected a model card of version ${version}, found none; a training writes one`,
      { cause: error },
    );
  }
}
