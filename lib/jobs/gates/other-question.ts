import type { Manifest } from '../../registry/manifest.ts';
import { recordedRequest } from '../recorded-request.ts';

/**
 * Says what champion and a candidate predict, as half a sentence; undefined if their target and task are the same.
 *
 * Clients of `champion` rely on its predictions answering one question. Gates compare how good the answers are, and can't
 * decide about another question. New classes of the same target are not another question, since data grows.
 */
export function otherQuestion(candidate: Manifest, champion: Manifest): string | undefined {
  const [own, other] = [questionOf(candidate), questionOf(champion)];
  return own === other ? undefined : `champion predicts ${other}, this version ${own}`;
}

const questionOf = (manifest: Manifest): string =>
  `${JSON.stringify(recordedRequest(manifest).data.target)} (${manifest.task})`;
