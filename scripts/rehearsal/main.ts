// `npm run rehearse`: deploys the service into moto by `npm run deploy`, removes it by `npm run remove`, deploys it again
// beside the bucket that was kept, and lists what stands. No AWS account and no connection is used.
//
// moto takes HTTP APIs, alarms, dashboards, bucket policies and notifications and does nothing with them; test/package
// holds the template to those.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { GetObjectCommand, HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { type Moto, startMoto } from './moto.ts';
import { type StackResource, stackOutputs, stackResources } from './stack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stack = 'hone-rehearsal';
const bucket = 'example-hone-rehearsal';
const kept = { Bucket: bucket, Key: 'datasets/houses/part-1.csv' };

const moto = await startMoto();
try {
  await rehearse(moto);
} finally {
  await moto.close();
}

async function rehearse({ url }: Moto): Promise<void> {
  const clients = {
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' },
  };
  const s3 = new S3Client({ ...clients, forcePathStyle: true });
  const stepFunctions = new SFNClient(clients);
  const machines = async () =>
    ((await stepFunctions.send(new ListStateMachinesCommand())).stateMachines ?? []).map(({ name }) => name ?? '');

  npmRun('deploy', url);
  const first = await stackResources(url, stack);
  check('the first deploy leaves a stack', first !== undefined && first.length > 0);
  await s3.send(new PutObjectCommand({ ...kept, Body: 'X,y\n1,1\n' }));

  npmRun('remove', url);
  check('the stack is gone', (await stackResources(url, stack)) === undefined);
  check('no state machine is left', (await machines()).length === 0);
  await s3.send(new HeadBucketCommand({ Bucket: bucket }));
  check('the data bucket and its objects are kept', (await bodyOf(s3)) === 'X,y\n1,1\n');

  npmRun('deploy', url);
  const second = await stackResources(url, stack);
  check('the second deploy leaves the same resources', sameResources(first, second));
  check('the bucket that was kept is the stack’s again', physicalIds(second, 'AWS::S3::Bucket').includes(bucket));
  check('its objects are there still', (await bodyOf(s3)) === 'X,y\n1,1\n');
  const standing = await machines();
  check(
    'both state machines stand',
    ['training', 'scoring'].every((name) => standing.includes(`${stack}-${name}`)),
  );
  const outputs = await stackOutputs(url, stack);
  check(
    'the outputs name bucket and queue',
    outputs.DataBucket === bucket && /FailureQueue/.test(outputs.FailureQueueUrl),
  );

  console.log(`\nWhat stands in ${stack} after the second deploy:`);
  for (const [type, ids] of Object.entries(byType(second ?? []))) console.log(`  ${type}: ${ids.join(', ')}`);
  console.log('\nDeployed, removed, deployed again beside the bucket that was kept.');
}

function npmRun(script: 'deploy' | 'remove', endpoint: string): void {
  console.log(`\n— npm run ${script} -- --stage rehearsal`);
  const { status } = spawnSync('npm', ['run', '--silent', script, '--', '--stage', 'rehearsal'], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'rehearsal',
      AWS_SECRET_ACCESS_KEY: 'rehearsal',
      AWS_SESSION_TOKEN: '',
      AWS_PROFILE: '',
      AWS_EC2_METADATA_DISABLED: 'true',
      HONE_BUCKET: bucket,
      NODE_OPTIONS: `--import=${new URL('../offline.mjs', import.meta.url)}`,
    },
  });
  check(`npm run ${script} ends well`, status === 0);
}

async function bodyOf(s3: S3Client): Promise<string | undefined> {
  return (await s3.send(new GetObjectCommand(kept))).Body?.transformToString();
}

function sameResources(first: StackResource[] | undefined, second: StackResource[] | undefined): boolean {
  const namesOf = (resources: StackResource[] = []) => resources.map(({ type, logicalId }) => `${type} ${logicalId}`);
  return namesOf(first).sort().join('\n') === namesOf(second).sort().join('\n');
}

function physicalIds(resources: StackResource[] | undefined, type: string): string[] {
  return (resources ?? []).filter((resource) => resource.type === type).map(({ physicalId }) => physicalId);
}

function byType(resources: StackResource[]): Record<string, string[]> {
  const groups = Object.groupBy(resources, ({ type }) => type);
  const entries = Object.entries(groups).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([type, members = []]) => [type, members.map(({ physicalId }) => physicalId)]));
}

function check(fact: string, holds: boolean): void {
  if (!holds) throw new Error(`rehearsal: expected that ${fact}, found otherwise`);
  console.log(`✔ ${fact}`);
}
