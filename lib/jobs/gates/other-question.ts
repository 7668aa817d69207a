import type { Manifest } from '../../registry/manifest.ts';
import { recordedRequest } from '../recorded-request.ts';

/**
 * What champion predicts and what a candidate does, as half a sentence; undefined where it is the same target and task.
 *
 * Who asks `champion` for predictions takes them for answers to one question: gates compare how good they are, and have no
 * say where the question is another. Other classes of the same target are not another question, as data grows.
 */
export function otherQuestion(candidate: Manifest, champion: Manifest): string | undefined {
  const [own, other] = [questionOf(candidate), questionOf(champion)];
  return own === other ? undefined : `champion predicts ${other}, this version ${own}`;
}

const questionOf = (manifest: Manifest): string =>
  `${JSON.stringify(recordedRequest(manifest).data.target)} (${manifest.task})`;
