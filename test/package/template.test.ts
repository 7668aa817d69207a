import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hasPackage, packageCondition, type Resource, readTemplate } from '../support/bundles.ts';

const resources = hasPackage ? readTemplate().Resources : {};
const ofType = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);
const functions = ofType('AWS::Lambda::Function');
const roles = ofType('AWS::IAM::Role');

describe.skipIf(!hasPackage)(`template${packageCondition}`, () => {
  describe('the data bucket', () => {
    const bucket = resources.S3BucketData;

    test('is kept when the stack goes', () => {
      expect([bucket.DeletionPolicy, bucket.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
      expect(bucket.Properties.BucketName).toBeTypeOf('string');
    });

    test('keeps old versions, is encrypted, and nobody else owns what lies in it', () => {
      expect(bucket.Properties).toMatchObject({
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      });
    });

    test('can’t be made public', () => {
      expect(bucket.Properties.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
    });

    test('lets runs, old versions and unfinished uploads expire, and no dataset, model or report', () => {
      const rules: Record<string, unknown>[] = bucket.Properties.LifecycleConfiguration.Rules;
      expect(rules.filter(({ ExpirationInDays }) => ExpirationInDays).map(({ Prefix }) => Prefix)).toEqual(['runs/']);
      expect(rules.some(({ NoncurrentVersionExpiration }) => NoncurrentVersionExpiration)).toBe(true);
      expect(rules.some(({ AbortIncompleteMultipartUpload }) => AbortIncompleteMultipartUpload)).toBe(true);
      expect(new Set(rules.map(({ Status }) => Status))).toEqual(new Set(['Enabled']));
    });

    test('tells dataset-created of objects under datasets/, and of nothing else', () => {
      expect(bucket.Properties.NotificationConfiguration).toEqual({
        LambdaConfigurations: [
          {
            Event: 's3:ObjectCreated:*',
            Function: { 'Fn::GetAtt': ['DatasetDashcreatedLambdaFunction', 'Arn'] },
            Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'datasets/' }] } },
          },
        ],
      });
      const permission = resources.DatasetDashcreatedLambdaPermissionDataS3.Properties;
      expect(permission).toMatchObject({ Principal: 's3.amazonaws.com', SourceAccount: { Ref: 'AWS::AccountId' } });
    });

    test('answers TLS only', () => {
      const { Bucket, PolicyDocument } = resources.DataBucketPolicy.Properties;
      expect(Bucket).toEqual({ Ref: 'S3BucketData' });
      const statements: Statement[] = PolicyDocument.Statement;
      expect(statements.map(({ Effect, Principal, Action }) => [Effect, Principal, Action])).toEqual([
        ['Deny', '*', 's3:*'],
        ['Deny', '*', 's3:*'],
      ]);
      expect(statements.map(({ Condition }) => Condition)).toEqual([
        { Bool: { 'aws:SecureTransport': 'false' } },
        { NumericLessThan: { 's3:TlsVersion': '1.2' } },
      ]);
      for (const { Resource } of statements) expect(Resource).toHaveLength(2);
    });
  });

  test.each(functions)('%s runs on arm64, Node 24, within what a new account allows', (_, { Properties }) => {
    expect(Properties).toMatchObject({ Architectures: ['arm64'], Runtime: 'nodejs24.x' });
    expect(Properties.MemorySize).toBeLessThanOrEqual(3008);
    expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  test('what reads whole datasets has a temporary disk of its own size', () => {
    const disks = functions.map(([, { Properties }]) => [Properties.Handler, Properties.EphemeralStorage?.Size]);
    expect(disks.filter(([, size]) => size !== undefined)).toEqual([
      ['functions/tasks/train.handler', 512],
      ['functions/tasks/evaluate.handler', 512],
    ]);
  });

  test('the API gives up before its gateway does, tasks have all the time there is', () => {
    const timeouts = Object.fromEntries(
      functions.map(([, { Properties }]) => [Properties.Handler, Properties.Timeout]),
    );
    for (const [handler, timeout] of Object.entries(timeouts)) {
      if (handler.startsWith('functions/tasks/')) expect(timeout).toBe(900);
    }
    expect(timeouts['functions/triggers/api.handler']).toBe(29);
  });

  test('functions know the bucket, and triggers the machines that they start', () => {
    for (const [, { Properties }] of functions) {
      expect(Properties.Environment.Variables).toMatchObject({
        HONE_BUCKET: resources.S3BucketData.Properties.BucketName,
        POWERTOOLS_SERVICE_NAME: 'hone',
        POWERTOOLS_METRICS_NAMESPACE: 'hone',
        LOG_LEVEL: 'INFO',
      });
    }
    for (const { Properties } of [resources.ApiLambdaFunction, resources.ScheduledLambdaFunction]) {
      expect(Properties.Environment.Variables).toMatchObject({
        HONE_TRAINING_ARN: { Ref: 'TrainingMachine' },
        HONE_SCORING_ARN: { Ref: 'ScoringMachine' },
      });
    }
    expect(resources.DatasetDashcreatedLambdaFunction.Properties.Environment.Variables).toMatchObject({
      HONE_TRAINING_ARN: { Ref: 'TrainingMachine' },
    });
  });

  test('logs do not stay for ever', () => {
    const groups = ofType('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(functions.length);
    for (const [, { Properties }] of groups) expect(Properties.RetentionInDays).toBe(30);
  });

  describe('what events could not bring about', () => {
    test.each(['DatasetDashcreated', 'Scheduled'])('%s leaves in the queue, and may', (name) => {
      const { Properties } = resources[`${name}LambdaEvConf`];
      const queue = { 'Fn::GetAtt': ['FailureQueue', 'Arn'] };
      expect(Properties.DestinationConfig).toEqual({ OnFailure: { Destination: queue } });
      const sending = statementsOf(resources[`${name}IamRoleLambdaExecution`]).filter(({ Action }) =>
        [Action].flat().includes('sqs:SendMessage'),
      );
      expect(sending).toEqual([{ Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [queue] }]);
      expect(resources[`${name}LambdaFunction`].Properties).not.toHaveProperty('DeadLetterConfig');
    });

    test('is kept for 14 days, encrypted, and sent by TLS only', () => {
      expect(resources.FailureQueue.Properties).toEqual({
        MessageRetentionPeriod: 1_209_600,
        SqsManagedSseEnabled: true,
      });
      expect(resources.FailureQueuePolicy.Properties.PolicyDocument.Statement).toMatchObject([
        { Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ]);
    });
  });

  describe('roles', () => {
    test('each function and each state machine has its own, and no other is there', () => {
      const assumed = [...functions, ...ofType('AWS::StepFunctions::StateMachine')].map(
        ([, { Properties }]) => (Properties.Role ?? Properties.RoleArn)['Fn::GetAtt'][0],
      );
      expect(new Set(assumed).size).toBe(assumed.length);
      expect(roles.map(([name]) => name).sort()).toEqual(assumed.toSorted());
    });

    test.each(roles)('%s: no action and no resource is a wildcard where one can be named', (_, role) => {
      for (const { Effect, Action, Resource } of statementsOf(role)) {
        expect(Effect).toBe('Allow');
        const actions = [Action].flat();
        for (const action of actions) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z]+$/);
        if (actions.every((action) => unnameable.has(action))) continue;
        for (const resource of [Resource].flat()) {
          const name = typeof resource === 'string' ? resource : (resource['Fn::Sub'] ?? resource);
          expect(name).not.toBe('*');
          if (typeof name === 'string') expect(name).not.toMatch(/^arn:aws:/); // Other partitions have another name.
        }
      }
      expect(role.Properties.ManagedPolicyArns ?? []).toEqual([]);
    });

    test.each(roles.filter(([name]) => name.endsWith('IamRoleLambdaExecution')))(
      '%s: objects by prefix, and a list wherever there is a read',
      (_, role) => {
        const bucket = `arn:\${AWS::Partition}:s3:::${resources.S3BucketData.Properties.BucketName}`;
        const prefixes = (action: string) =>
          statementsOf(role)
            .filter(({ Action }) => [Action].flat().includes(action))
            .flatMap(({ Resource }) => [Resource].flat())
            .map((resource) => (resource as { 'Fn::Sub': string })['Fn::Sub'].slice(bucket.length + 1));
        const readable = prefixes('s3:GetObject');
        for (const prefix of [...readable, ...prefixes('s3:PutObject'), ...prefixes('s3:DeleteObject')]) {
          expect(prefix).toMatch(/^(pipelines|datasets|models|runs|reports|predictions|settings)\/(\*\/aliases\/)?\*$/);
        }
        const listing = statementsOf(role).filter(({ Action }) => [Action].flat().includes('s3:ListBucket'));
        expect(listing.map(({ Resource, Condition }) => [Resource, Condition])).toEqual([
          [{ 'Fn::Sub': bucket }, { StringLikeIfExists: { 's3:prefix': readable } }],
        ]);
        // S3 wants s3:GetObject too before it compares the tag of a conditional write.
        for (const prefix of prefixes('s3:PutObject')) expect(readable).toContain(prefix.replace('*/aliases/', ''));
      },
    );

    test('only triggers start executions, of named machines', () => {
      const starting = roles.flatMap(([name, role]) =>
        statementsOf(role)
          .filter(({ Action }) => [Action].flat().includes('states:StartExecution'))
          .map(({ Resource }) => [name, Resource]),
      );
      expect(starting).toEqual([
        ['ApiIamRoleLambdaExecution', [{ Ref: 'TrainingMachine' }, { Ref: 'ScoringMachine' }]],
        ['DatasetDashcreatedIamRoleLambdaExecution', [{ Ref: 'TrainingMachine' }]],
        // The hourly sweep: what an event, or a workflow that died, left waiting.
        ['ScheduledIamRoleLambdaExecution', [{ Ref: 'TrainingMachine' }, { Ref: 'ScoringMachine' }]],
      ]);
    });

    test('nobody but register makes versions', () => {
      const making = roles.filter(([, role]) =>
        statementsOf(role).some(
          ({ Action, Resource }) =>
            [Action].flat().includes('s3:PutObject') && JSON.stringify(Resource).includes('/models/*"'),
        ),
      );
      expect(making.map(([name]) => name)).toEqual(['RegisterIamRoleLambdaExecution']);
    });
  });

  test('every route asks who is there', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route');
    expect(routes.map(([, { Properties }]) => [Properties.RouteKey, Properties.AuthorizationType])).toEqual([
      ['$default', 'AWS_IAM'],
    ]);
    expect(resources.HttpApi.Properties).not.toHaveProperty('CorsConfiguration');
    expect(ofType('AWS::Lambda::Url')).toEqual([]);
  });

  describe('monitoring', () => {
    const alarms = ofType('AWS::CloudWatch::Alarm');
    const watched = alarms.map(([name, { Properties }]) => {
      const single = Properties.MetricName ? [Properties] : [];
      const parts = (Properties.Metrics ?? []).flatMap((part: { MetricStat?: { Metric: object } }) =>
        part.MetricStat ? [part.MetricStat.Metric] : [],
      );
      return { name, metrics: [...single, ...parts], threshold: Properties.Threshold };
    });
    const watching = (metric: string, about: string) =>
      watched.filter(({ metrics }) =>
        metrics.some(
          ({ MetricName, Dimensions }) => MetricName === metric && JSON.stringify(Dimensions).includes(`"${about}"`),
        ),
      );

    test.each(functions.filter(([, { Properties }]) => Properties.Handler.startsWith('functions/triggers/')))(
      'an alarm goes off at the first error and the first throttle of %s, and when its events grow old',
      (id) => {
        for (const metric of ['Errors', 'Throttles']) {
          expect(watching(metric, id).map(({ threshold }) => threshold)).toEqual([0]);
        }
        const isAsynchronous = id !== 'ApiLambdaFunction';
        expect(watching('AsyncEventAge', id).map(({ threshold }) => threshold)).toEqual(
          isAsynchronous ? [3_600_000] : [],
        );
      },
    );

    test.each(ofType('AWS::StepFunctions::StateMachine'))('an alarm goes off when an execution of %s fails', (id) => {
      for (const metric of ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted']) {
        expect(watching(metric, id).map(({ threshold }) => threshold)).toEqual([0]);
      }
    });

    test('alarms go off at a dead letter, at one that is a week old, and at a 5xx', () => {
      expect(watching('ApproximateNumberOfMessagesVisible', 'FailureQueue').map(({ threshold }) => threshold)).toEqual([
        0,
      ]);
      expect(watching('ApproximateAgeOfOldestMessage', 'FailureQueue').map(({ threshold }) => threshold)).toEqual([
        604_800,
      ]);
      expect(resources.FailureQueue.Properties.MessageRetentionPeriod).toBeGreaterThan(604_800);
      expect(watching('5xx', 'HttpApi').map(({ threshold }) => threshold)).toEqual([0]);
    });

    test.each(alarms)('%s stands in docs/operations.md, and keeps quiet while nothing is measured', (name, alarm) => {
      const operations = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
      expect(operations).toContain(`\`${name.replace(/Alarm$/, '')}\``);
      expect(alarm.Properties).toMatchObject({ TreatMissingData: 'notBreaching', EvaluationPeriods: 1 });
    });

    test('as many as docs/operations.md charges for', () => {
      const metrics = watched.reduce((sum, alarm) => sum + alarm.metrics.length, 0);
      const operations = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
      expect(operations).toContain(`${alarms.length} alarms watch ${metrics} metrics`);
    });

    test('a dashboard shows every alarm, function and workflow', () => {
      const body = resources.Dashboard.Properties.DashboardBody['Fn::Sub'];
      const { widgets } = JSON.parse(body);
      const named = alarms.map(([, { Properties }]) => Properties.AlarmName['Fn::Sub']);
      const arn = 'arn:$' + '{AWS::Partition}:cloudwatch:$' + '{AWS::Region}:$' + '{AWS::AccountId}:alarm:';
      expect(widgets[0].properties.alarms).toEqual(named.map((name) => `${arn}${name}`));
      for (const [id] of [...functions, ...ofType('AWS::StepFunctions::StateMachine')])
        expect(body).toContain(`\${${id}}`);
      for (const [, reference] of body.matchAll(/\$\{(\w+)(?:\.\w+)?\}/g))
        expect(Object.keys(resources)).toContain(reference);
    });
  });

  test('a rule ticks every hour', () => {
    const rules = ofType('AWS::Events::Rule').map(([, { Properties }]) => Properties);
    expect(rules).toMatchObject([{ ScheduleExpression: 'rate(1 hour)', State: 'ENABLED' }]);
    expect(rules[0].Targets).toMatchObject([{ Arn: { 'Fn::GetAtt': ['ScheduledLambdaFunction', 'Arn'] } }]);
  });

  test.each(['training', 'scoring'])(
    'the machine %s is the definition that tests run, with functions filled in',
    (name) => {
      const machine = resources[name === 'training' ? 'TrainingMachine' : 'ScoringMachine'];
      expect(machine.Properties).toMatchObject({
        StateMachineType: 'STANDARD',
        LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false },
      });
      const deployed: Definition = JSON.parse(machine.Properties.DefinitionString['Fn::Sub']);
      const source = readFileSync(new URL(`../../functions/workflows/${name}.asl.json`, import.meta.url), 'utf8');
      for (const [stateName, state] of Object.entries<Record<string, unknown>>(JSON.parse(source).States)) {
        const { Resource: called, ...rest } = state as { Resource?: { 'Fn::GetAtt': [string] } };
        const { Resource: filled, QueryLanguage, ...deployedRest } = deployed.States[stateName];
        expect(deployedRest).toEqual(rest);
        expect(QueryLanguage).toBe('JSONPath');
        if (!called) continue;
        const [, logicalName] = /^\$\{(\w+)\.Arn\}$/.exec(String(filled)) ?? [];
        expect(resources[logicalName].Properties.Handler).toBe(`functions/tasks/${called['Fn::GetAtt'][0]}.handler`);
      }
    },
  );
});

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Principal?: unknown;
  Condition?: unknown;
}

interface Definition {
  States: Record<string, { Resource?: unknown; QueryLanguage?: string }>;
}

/**
 * Actions that know no resource.
 *
 * @see Service Authorization Reference, CloudWatch Logs (log delivery, resource policies) and X-Ray
 */
const unnameable = new Set([
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
]);

// biome-ignore lint/suspicious/noExplicitAny: a resource is a string, or one of CloudFormation's functions
function statementsOf(role: Resource): (Statement & { Resource: any })[] {
  return role.Properties.Policies.flatMap(
    (policy: { PolicyDocument: { Statement: Statement[] } }) => policy.PolicyDocument.Statement,
  );
}
