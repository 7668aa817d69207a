import type * as z from 'zod/mini';
import type { Components } from '../schemas.ts';

const files = {
  AliasRequest: async () => (await import('./alias.ts')).aliasRequest,
  EvaluationRequest: async () => (await import('./evaluation.ts')).evaluationRequest,
  PredictionRequest: async () => (await import('./prediction.ts')).predictionRequest,
  TrainingRequest: async () => (await import('./training.ts')).trainingRequest,
  UploadRequest: async () => (await import('./upload.ts')).uploadRequest,
} satisfies { [Name in keyof Components]?: () => Promise<Components[Name]> };

/** The names of the schemas of request bodies. */
export type RequestName = keyof typeof files;

const loaded = new Map<RequestName, z.core.$ZodType>();

/**
 * The schema of a request's body. Each is loaded for the first request of its kind, as making all of them would take longer
 * than answering most requests.
 */
export async function requestSchema(name: RequestName): Promise<z.core.$ZodType> {
  const schema = loaded.get(name) ?? (await files[name]());
  loaded.set(name, schema);
  return schema;
}
