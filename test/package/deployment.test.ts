import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { access, checkDeployable, setting, unsetBucket } from '../../scripts/deployment.ts';
import HonePlugin, {
  dropImpliedDependencies,
  dropUnusedRole,
  giveTrust,
  type Serverless,
} from '../../scripts/serverless-plugin.ts';

const key = 'arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000';
const named = { HONE_BUCKET: 'example-hone-data' };

afterEach(() => vi.unstubAllEnvs());

describe('the bucket’s name', () => {
  test('comes from the environment, and is good for packaging when it does not', () => {
    expect(setting('bucket', named)).toBe('example-hone-data');
    expect(setting('bucket', {})).toBe(unsetBucket);
  });

  test.each([[undefined], [''], [unsetBucket]])('%j is refused at a deploy', (HONE_BUCKET) => {
    expect(() => checkDeployable({ HONE_BUCKET })).toThrow(/HONE_BUCKET: expected the name of the bucket to deploy/);
  });

  test.each(['ab', 'Upper-case', 'under_score', 'dotted.name', '-dash', 'x'.repeat(64)])(
    '%j is no name',
    (HONE_BUCKET) => {
      expect(() => checkDeployable({ HONE_BUCKET })).toThrow(/HONE_BUCKET: expected 3 to 63/);
    },
  );

  test('a name of one’s own deploys', () => {
    expect(() => checkDeployable(named)).not.toThrow();
  });
});

describe('settings', () => {
  test('a key of one’s own encrypts the bucket and the queue, and every role may use it', () => {
    const environment = { ...named, HONE_KMS_KEY_ARN: key };
    expect(JSON.stringify(setting('bucketEncryption', environment))).toContain(`"KMSMasterKeyID":"${key}"`);
    expect(setting('failureQueue', environment)).toMatchObject({ KmsMasterKeyId: key });
    for (const name of Object.keys(access)) {
      expect(setting(`statements.${name}`, environment)).toContainEqual({
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: [key],
      });
      expect(JSON.stringify(setting(`statements.${name}`, named))).not.toContain('kms:');
    }
  });

  test('IAM guards the API, or a JWT when issuer and audience are given', () => {
    expect(setting('authorizer', named)).toEqual({ type: 'aws_iam' });
    expect(setting('authorizers', named)).toEqual({});
    const jwt = { HONE_JWT_ISSUER: 'https://issuer.example/', HONE_JWT_AUDIENCE: 'one, two' };
    expect(setting('authorizer', jwt)).toEqual({ name: 'jwt' });
    expect(setting('authorizers', jwt)).toMatchObject({
      jwt: { type: 'jwt', issuerUrl: 'https://issuer.example/', audience: ['one', 'two'] },
    });
  });

  test('the temporary disk has the size that Lambda gives free of charge, or the one asked for', () => {
    expect(setting('diskMb', named)).toBe(512);
    expect(setting('diskMb', { HONE_DISK_MB: '' })).toBe(512);
    expect(setting('diskMb', { HONE_DISK_MB: '10240' })).toBe(10_240);
  });

  test.each(['511', '10241', '1.5e3.', '600.5', '2 GB'])('a disk of %j is refused', (HONE_DISK_MB) => {
    expect(() => setting('diskMb', { HONE_DISK_MB })).toThrow(
      `HONE_DISK_MB: expected whole megabytes between 512 and 10240, found "${HONE_DISK_MB}"`,
    );
  });

  test.each([[{ HONE_JWT_ISSUER: 'https://issuer.example/' }], [{ HONE_JWT_AUDIENCE: 'one' }]])(
    'half a JWT, %j, is refused: it would leave the API behind a guard that nobody chose',
    (environment) => {
      expect(() => setting('authorizer', environment)).toThrow(/expected both or neither/);
    },
  );

  test('a name that is not there is refused', () => {
    expect(() => setting('colour', {})).toThrow(/no setting \$\{hone:colour\}/);
    expect(() => setting('statements.fly', {})).toThrow(/no access stated for fly/);
  });
});

describe('the plugin', () => {
  const serverless = (command: string, plugins: object[] = []): Serverless => ({
    processedInput: { commands: [command] },
    service: { provider: { compiledCloudFormationTemplate: { Resources: {} } } },
    pluginManager: { plugins },
    classes: { Error },
  });

  test('refuses to deploy an unnamed bucket, and packages it', () => {
    vi.stubEnv('HONE_BUCKET', undefined);
    expect(() => new HonePlugin(serverless('deploy')).hooks.initialize()).toThrow(/HONE_BUCKET/);
    expect(() => new HonePlugin(serverless('package')).hooks.initialize()).not.toThrow();
  });

  test.each(['deploy', 'package'])('%s of a name that no bucket can have is refused by its variable', (command) => {
    vi.stubEnv('HONE_BUCKET', 'MyBucket');
    expect(() => new HonePlugin(serverless(command)).hooks.initialize()).toThrow(
      /^HONE_BUCKET: expected 3 to 63 lower-case .*, found "MyBucket"$/,
    );
  });

  test('has a deploy take over the bucket that a removed stack left', () => {
    vi.stubEnv('HONE_BUCKET', named.HONE_BUCKET);
    const deployer = {
      stack: 'hone-dev',
      getCreateChangeSetParams(options: { changeSetType: string }) {
        return { StackName: this.stack, ChangeSetType: options.changeSetType };
      },
    };
    new HonePlugin(serverless('deploy', [{}, deployer])).hooks.initialize();
    expect(deployer.getCreateChangeSetParams({ changeSetType: 'UPDATE' })).toEqual({
      StackName: 'hone-dev',
      ChangeSetType: 'UPDATE',
      ImportExistingResources: true,
    });
  });

  test('keeps a deploy from ending on a question that the framework can’t answer', () => {
    vi.stubEnv('HONE_BUCKET', named.HONE_BUCKET);
    const summary = {
      getEndpointInfo() {
        throw new Error('provider.request() is no longer available');
      },
      display() {
        throw new Error('there is nothing to show');
      },
    };
    new HonePlugin(serverless('deploy', [summary])).hooks.initialize();
    expect(() => [summary.getEndpointInfo(), summary.display()]).not.toThrow();
  });

  test('gives the key that signs to what registers alone, as a reference, and the public keys to all', () => {
    const lambda = (name: string) => ({
      Type: 'AWS::Lambda::Function',
      Properties: { Handler: `functions/tasks/${name}.handler`, Environment: { Variables: {} } } as Record<
        string,
        unknown
      >,
    });
    const [register, train] = [lambda('register'), lambda('train')];
    const template = { Resources: { Register: register, Train: train } };
    giveTrust(template, {});
    expect(register.Properties.Environment).toEqual({ Variables: {} });
    giveTrust(template, { HONE_SIGNING_SECRET: 'hone/key', HONE_VERIFY_KEYS: 'MCow', HONE_KMS_KEY_ARN: key });
    const reference = '{{resolve:secretsmanager:hone/key:SecretString}}';
    expect(register.Properties.Environment).toEqual({
      Variables: { HONE_VERIFY_KEYS: 'MCow', HONE_SIGNING_KEY: reference },
    });
    expect(register.Properties.KmsKeyArn).toBe(key);
    expect(train.Properties).toEqual({
      Handler: 'functions/tasks/train.handler',
      Environment: { Variables: { HONE_VERIFY_KEYS: 'MCow' } },
    });
    expect(() => giveTrust(template, { HONE_SIGNING_SECRET: 'hone/key' })).toThrow(
      /expected HONE_VERIFY_KEYS with its public key as well/,
    );
  });

  test('drops the shared role when nobody assumes it', () => {
    const role = { Type: 'AWS::IAM::Role' };
    const unused = { Resources: { IamRoleLambdaExecution: role, Other: { Type: 'AWS::SQS::Queue' } } };
    dropUnusedRole(unused);
    expect(Object.keys(unused.Resources)).toEqual(['Other']);
    const user = {
      Type: 'AWS::Lambda::Function',
      Properties: { Role: { 'Fn::GetAtt': ['IamRoleLambdaExecution', 'Arn'] } },
    };
    const used = { Resources: { IamRoleLambdaExecution: role, User: user } };
    dropUnusedRole(used);
    expect(Object.keys(used.Resources)).toEqual(['IamRoleLambdaExecution', 'User']);
  });

  test('drops dependencies that a reference implies, and keeps the others', () => {
    const resource = {
      Type: 'AWS::Lambda::Function',
      Properties: { Role: { 'Fn::GetAtt': ['OwnRole', 'Arn'] }, Queue: { Ref: 'Queue' } },
      DependsOn: ['OwnRole', 'LogGroup', 'Queue'],
    };
    dropImpliedDependencies({ Resources: { Own: resource } });
    expect(resource.DependsOn).toEqual(['LogGroup']);
  });
});

test('`serverless deploy` without a bucket’s name ends before it asks AWS for anything', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const offline = new URL('../../scripts/offline.mjs', import.meta.url);
  const deploy = spawnSync(process.execPath, [`${root}node_modules/serverless/bin/serverless.js`, 'deploy'], {
    cwd: root,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      AWS_ACCESS_KEY_ID: 'offline',
      AWS_SECRET_ACCESS_KEY: 'offline',
      NODE_OPTIONS: `--import=${offline}`,
    },
  });
  expect(deploy.stdout + deploy.stderr).toContain('HONE_BUCKET: expected the name of the bucket to deploy');
  expect(deploy.stdout + deploy.stderr).not.toContain('found one to');
  expect(deploy.status).not.toBe(0);
});

test('packaging offline is held to it: a connection to another machine throws', () => {
  const offline = fileURLToPath(new URL('../../scripts/offline.mjs', import.meta.url));
  const script = 'await fetch("http://192.0.2.1/").catch(({ cause }) => console.log(cause.message))'; // TEST-NET-1
  const { stdout } = spawnSync(process.execPath, ['--import', offline, '--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  expect(stdout).toContain('expected no connection to another machine, found one to 192.0.2.1');
});
