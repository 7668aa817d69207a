import * as z from 'zod/mini';
import { checkKey } from '../../../lib/store/keys.ts';
import { nameSchema } from '../../adapter/check.ts';
import { RequestError } from './problem.ts';
import { answer, type Route, route } from './route.ts';

/** Seconds for which an upload may begin. */
const uploadSeconds = 900;

/**
 * Where clients put data.
 *
 * @param acceptsUploads whether this server takes the bytes itself when its store can't presign
 */
export function datasets({ acceptsUploads }: { acceptsUploads: boolean }): Route[] {
  const upload = route({
    method: 'post',
    path: '/datasets/{name}',
    summary: 'Ask for a URL to upload a file of a dataset to.',
    description:
      'The upload itself is what starts trainings: the dataset is complete when it has been quiet for a while.',
    parameters: { name: nameSchema },
    body: 'UploadRequest',
    answers: { 200: { description: 'Where to put the file.', content: 'Upload' } },
    problems: [413, 415, 501],
    async handle({ body: { file, contentType }, parameters: { name }, context: { store }, url }) {
      const key = keyOf(name, file);
      const headers: Record<string, string> = contentType ? { 'content-type': contentType } : {};
      if (store.presignPut) {
        const signed = await store.presignPut(key, { expiresInSeconds: uploadSeconds, contentType });
        return answer('Upload', { url: signed, method: 'PUT', key, headers, expiresInSeconds: uploadSeconds });
      }
      if (!acceptsUploads) throw new RequestError(501, 'expected a store that takes uploads, found one that does not');
      const here = new URL(`/${key.split('/').map(encodeURIComponent).join('/')}`, url);
      return answer('Upload', { url: here.href, method: 'PUT', key, headers, expiresInSeconds: null });
    },
  });
  return acceptsUploads ? [upload, put] : [upload];
}

const put: Route = {
  method: 'put',
  path: '/datasets/{name}/{path}',
  summary: 'Put a file into a dataset. Only a server on your own machine has this; on AWS the bucket takes uploads.',
  parameters: { name: nameSchema, path: z.string() },
  body: 'bytes',
  answers: { 201: { description: 'It is stored.', content: 'Stored' } },
  problems: [413],
  async handle({ parameters: { name, path }, body, context: { store } }) {
    const { key, size } = await store.put(keyOf(name, path), body as Uint8Array);
    return answer('Stored', { key, size }, { status: 201 });
  },
};

/** @throws InputError when the file's name would lead elsewhere */
function keyOf(name: string, file: string): string {
  const key = `datasets/${name}/${file}`;
  checkKey(key);
  return key;
}
