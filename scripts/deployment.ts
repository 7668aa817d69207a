// What serverless.yml can't say in YAML: settings that depend on the environment, and what each function may do.
// serverless.yml reads it as ${hone:NAME}, through scripts/serverless-plugin.ts.

/** A bucket name that packages and never deploys: names of buckets are shared by the whole world. */
export const unsetBucket = 'hone-bucket-not-set';

/** The environment variables that a deployment reads. */
export interface Environment {
  HONE_BUCKET?: string;
  HONE_KMS_KEY_ARN?: string;
  HONE_JWT_ISSUER?: string;
  HONE_JWT_AUDIENCE?: string;
  HONE_XRAY?: string;
  HONE_DEPLOYMENT_METHOD?: string;
  /** Name or ARN of the secret in Secrets Manager that holds the private key in PEM. */
  HONE_SIGNING_SECRET?: string;
  /** Public keys whose signatures are believed. */
  HONE_VERIFY_KEYS?: string;
  /** An SNS topic that hears of alarms. */
  HONE_ALARM_TOPIC_ARN?: string;
  /** Megabytes of temporary disk, for data that does not fit a function's memory. */
  HONE_DISK_MB?: string;
}

type Json = null | boolean | number | string | Json[] | { [field: string]: Json | undefined };

interface Access {
  /** Prefixes of the bucket that are read and listed. */
  reads?: Prefix[];
  writes?: (Prefix | `${Prefix}${string}`)[];
  deletes?: Prefix[];
  /** Logical names of the state machines that are started. */
  starts?: ('TrainingMachine' | 'ScoringMachine')[];
  /** Whether events call it, so that its failures go to the queue. */
  asynchronous?: boolean;
}

type Prefix = 'pipelines/' | 'datasets/' | 'models/' | 'runs/' | 'reports/' | 'predictions/' | 'settings/';

/**
 * The least that each function can do its work with, by its name in serverless.yml.
 *
 * What is written is read as well: S3 asks for both before it compares the tag of a conditional write.
 */
export const access: Record<string, Access> = {
  api: {
    reads: ['pipelines/', 'datasets/', 'models/', 'runs/', 'reports/', 'predictions/', 'settings/'],
    // A presigned upload is allowed what its signer is allowed: hence datasets/.
    writes: ['datasets/', 'runs/', 'reports/', 'models/*/aliases/'],
    starts: ['TrainingMachine', 'ScoringMachine'],
  },
  'dataset-created': {
    reads: ['pipelines/', 'datasets/', 'runs/'],
    writes: ['runs/'], // The note that a workflow waits for the dataset.
    starts: ['TrainingMachine'],
    asynchronous: true,
  },
  scheduled: {
    reads: ['pipelines/', 'datasets/', 'models/', 'runs/', 'reports/', 'settings/'],
    writes: ['runs/', 'reports/'],
    deletes: ['runs/'],
    starts: ['TrainingMachine', 'ScoringMachine'], // What died without a word is started anew.
    asynchronous: true,
  },
  plan: {
    reads: ['pipelines/', 'datasets/', 'models/', 'runs/'],
    writes: ['runs/'],
    deletes: ['runs/'], // The same note, taken away.
  },
  train: {
    reads: ['datasets/', 'models/', 'runs/'],
    writes: ['runs/'],
  },
  evaluate: {
    reads: ['datasets/', 'models/', 'runs/'],
    writes: ['runs/'],
  },
  register: {
    reads: ['datasets/', 'models/', 'runs/', 'reports/', 'settings/'],
    writes: ['models/', 'runs/', 'reports/'],
  },
  inspect: {
    reads: ['pipelines/', 'datasets/', 'runs/', 'reports/'],
    writes: ['runs/', 'reports/'],
    deletes: ['runs/'], // The same note.
  },
  'record-failure': {
    reads: ['runs/'],
    writes: ['runs/'],
    deletes: ['runs/'],
  },
  score: {
    reads: ['datasets/', 'models/', 'runs/', 'predictions/'],
    writes: ['runs/', 'predictions/'],
  },
};

/** What stands for `${hone:address}`. */
export function setting(address: string, environment: Environment): Json {
  const [name, argument] = address.split('.');
  const settings: Record<string, () => Json> = {
    bucket: () => bucketName(environment),
    bucketEncryption: () => bucketEncryption(environment),
    failureQueue: () => failureQueue(environment),
    authorizer: () => (isJwt(environment) ? { name: 'jwt' } : { type: 'aws_iam' }),
    authorizers: () => authorizers(environment),
    statements: () => statements(argument, environment),
    tracing: () => isTraced(environment),
    diskMb: () => diskMb(environment),
    deploymentMethod: () => environment.HONE_DEPLOYMENT_METHOD || 'changesets',
  };
  if (!Object.hasOwn(settings, name)) throw new Error(`serverless.yml: there is no setting \${hone:${address}}`);
  return settings[name]();
}

/** @throws Error when the bucket has no name of its own */
export function checkDeployable(environment: Environment): void {
  const name = bucketName(environment);
  if (name === unsetBucket) {
    throw new Error(
      'HONE_BUCKET: expected the name of the bucket to deploy, found none. ' +
        'Names of buckets are shared by all accounts, so choose your own: HONE_BUCKET=example-hone-data npm run deploy',
    );
  }
  checkBucketName(environment);
}

/** @throws Error when the bucket has a name that no bucket of this service can have; none at all will do for packaging */
export function checkBucketName(environment: Environment): void {
  const name = bucketName(environment);
  // No dots: S3's certificate does not cover them, and the bucket is reached by TLS only.
  if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name)) {
    throw new Error(
      `HONE_BUCKET: expected 3 to 63 lower-case letters, digits and "-", beginning and ending with a letter or digit, found ${JSON.stringify(name)}`,
    );
  }
}

export function isTraced({ HONE_XRAY }: Environment): boolean {
  return HONE_XRAY === '1' || HONE_XRAY === 'true';
}

/** Actions of AWS X-Ray know no resources. */
export const tracingStatement = {
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  Resource: '*',
};

/**
 * The variables of a function that say who signs versions, and who is believed.
 *
 * The key stays in Secrets Manager: the template holds a reference, which CloudFormation resolves at a deploy.
 *
 * @throws Error when versions would be signed and nobody would look
 */
export function trustVariables(handler: string, environment: Environment): Record<string, string> {
  const { HONE_SIGNING_SECRET: secret, HONE_VERIFY_KEYS: keys } = environment;
  if (secret && !keys) {
    throw new Error('HONE_SIGNING_SECRET: expected HONE_VERIFY_KEYS with its public key as well, found none');
  }
  const signs = secret && handler === 'functions/tasks/register.handler';
  return {
    ...(keys && { HONE_VERIFY_KEYS: keys }),
    ...(signs && { HONE_SIGNING_KEY: `{{resolve:secretsmanager:${secret}:SecretString}}` }),
  };
}

function bucketName({ HONE_BUCKET }: Environment): string {
  return HONE_BUCKET || unsetBucket;
}

/** @throws Error when Lambda gives no function so much, or so little */
function diskMb({ HONE_DISK_MB: text }: Environment): number {
  const [least, most] = [512, 10_240];
  const value = Number(text || least);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`HONE_DISK_MB: expected whole megabytes between ${least} and ${most}, found ${JSON.stringify(text)}`);
}

function bucketEncryption({ HONE_KMS_KEY_ARN: key }: Environment): Json {
  const rule = key
    ? { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key }, BucketKeyEnabled: true }
    : { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } };
  return { ServerSideEncryptionConfiguration: [rule] };
}

/** Keeps an event for the 14 days that SQS allows at most. */
function failureQueue({ HONE_KMS_KEY_ARN: key }: Environment): Json {
  return { MessageRetentionPeriod: 1_209_600, ...(key ? { KmsMasterKeyId: key } : { SqsManagedSseEnabled: true }) };
}

function isJwt({ HONE_JWT_ISSUER: issuer, HONE_JWT_AUDIENCE: audience }: Environment): boolean {
  if (!issuer !== !audience) {
    throw new Error(
      `HONE_JWT_ISSUER and HONE_JWT_AUDIENCE: expected both or neither, found only ${issuer ? 'the issuer' : 'the audience'}`,
    );
  }
  return Boolean(issuer);
}

function authorizers(environment: Environment): Json {
  if (!isJwt(environment)) return {};
  const { HONE_JWT_ISSUER, HONE_JWT_AUDIENCE } = environment as Required<Environment>;
  return {
    jwt: {
      type: 'jwt',
      identitySource: '$request.header.Authorization',
      issuerUrl: HONE_JWT_ISSUER,
      audience: HONE_JWT_AUDIENCE.split(',').map((each) => each.trim()),
    },
  };
}

function statements(functionName: string, environment: Environment): Json {
  if (!Object.hasOwn(access, functionName))
    throw new Error(`scripts/deployment.ts: no access stated for ${functionName}`);
  const { reads = [], writes = [], deletes = [], starts = [], asynchronous = false } = access[functionName];
  const bucketArn = `arn:\${AWS::Partition}:s3:::${bucketName(environment)}`;
  const objects = (prefixes: string[]) => prefixes.map((prefix) => ({ 'Fn::Sub': `${bucketArn}/${prefix}*` }));
  const allowed: Json[] = [];
  const allow = (Action: string[], Resource: Json, more: { Condition?: Json } = {}) =>
    allowed.push({ Effect: 'Allow', Action, Resource, ...more });

  if (reads.length > 0) {
    allow(['s3:GetObject'], objects(reads));
    // Without this, reading a missing key answers 403, not 404. Such a read states no prefix: hence "IfExists".
    allow(
      ['s3:ListBucket'],
      { 'Fn::Sub': bucketArn },
      {
        Condition: { StringLikeIfExists: { 's3:prefix': reads.map((prefix) => `${prefix}*`) } },
      },
    );
  }
  if (writes.length > 0) allow(['s3:PutObject'], objects(writes));
  if (deletes.length > 0) allow(['s3:DeleteObject'], objects(deletes));
  if (starts.length > 0) {
    allow(
      ['states:StartExecution'],
      starts.map((machine) => ({ Ref: machine })),
    );
  }
  if (asynchronous) allow(['sqs:SendMessage'], [{ 'Fn::GetAtt': ['FailureQueue', 'Arn'] }]);
  if (environment.HONE_KMS_KEY_ARN) allow(['kms:Decrypt', 'kms:GenerateDataKey'], [environment.HONE_KMS_KEY_ARN]);
  if (isTraced(environment)) allowed.push(tracingStatement);
  return allowed;
}
