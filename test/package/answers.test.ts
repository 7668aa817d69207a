import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { s3Store } from '../../lib/store/s3.ts';
import { bundleNames, hasPackage, loadHandler, packageCondition } from '../support/bundles.ts';
import { eventNames, functionOf, readEvent, seedForEvents } from '../support/events.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';

const names = hasPackage ? bundleNames() : [];
const bucket = 'example-hone-data';
const invocation = {
  awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
  functionName: 'hone-test',
  getRemainingTimeInMillis: () => 900_000,
};

describe.skipIf(!hasPackage)(`the bundles’ answers${packageCondition}`, () => {
  let s3: S3Server;
  let stepFunctions: Server;
  const starts: { name: string; input: string }[] = [];

  beforeAll(async () => {
    s3 = await startS3Server({ buckets: [bucket] });
    await seedForEvents(s3Store({ bucket, client: s3.client(), backoffMs: () => 5 }));
    stepFunctions = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      starts.push(JSON.parse(body));
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(
        JSON.stringify({ executionArn: 'arn:aws:states:us-east-1:123456789012:execution:a:b', startDate: 1 }),
      );
    });
    await new Promise<void>((resolve) => stepFunctions.listen(0, '127.0.0.1', resolve));
    const environment = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      AWS_SESSION_TOKEN: undefined,
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ENDPOINT_URL_SFN: `http://127.0.0.1:${(stepFunctions.address() as AddressInfo).port}`,
      HONE_BUCKET: bucket,
      HONE_TRAINING_ARN: 'arn:aws:states:us-east-1:123456789012:stateMachine:hone-test-training',
      HONE_SCORING_ARN: 'arn:aws:states:us-east-1:123456789012:stateMachine:hone-test-scoring',
      POWERTOOLS_METRICS_NAMESPACE: 'hone',
      LOG_LEVEL: 'SILENT',
      POWERTOOLS_METRICS_DISABLED: 'true',
    };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await s3?.close();
    await new Promise((resolve) => stepFunctions?.close(resolve) ?? resolve(undefined));
  });

  test.each(names)('%s answers each of its samples', async (name) => {
    const handler = await loadHandler(name);
    const samples = eventNames.filter((event) => functionOf(event, names) === name);
    expect(samples).not.toEqual([]);
    for (const sample of samples) {
      const answer = await handler(readEvent(sample), invocation);
      if (name === 'api') expect((answer as { statusCode: number }).statusCode, sample).toBeLessThan(300);
      else expect(answer, sample).toBeInstanceOf(Object);
    }
  });

  test('what they start is named as Step Functions wants it', () => {
    expect(starts.length).toBeGreaterThanOrEqual(3);
    for (const { name, input } of starts) {
      expect(name).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
      expect(() => JSON.parse(input)).not.toThrow();
    }
  });
});
