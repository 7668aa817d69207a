import type { S3Event } from 'aws-lambda';
import { readEvent } from './events.ts';

/** The event that S3 sends for a new object, its key encoded as S3 encodes it. */
export function objectCreated(key: string, bucket = 'example-hone-data'): S3Event {
  const event: S3Event = readEvent('dataset-created');
  const { s3 } = event.Records[0];
  s3.object.key = encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
  s3.bucket.name = bucket;
  return event;
}

/** A regression on sampleCsv's rows. */
export const housesPipeline = (more = ''): string => `
name: houses
task: regression
data:
  path: datasets/houses/
  target: value
  exclude: [id, class]
${more}
stop: { epochs: 5 }
`;
