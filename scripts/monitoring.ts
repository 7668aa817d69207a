// What tells an operator that something is wrong: alarms and a dashboard, made from the functions and state machines that
// the template has, so that none is left out. docs/operations.md says what each alarm means and what to do.
import type { Resource, Template } from './serverless-plugin.ts';

type Value = string | { Ref: string } | { 'Fn::GetAtt': [string, string] } | { 'Fn::Sub': string };

interface Metric {
  namespace: string;
  name: string;
  dimensions: Record<string, Value>;
  statistic: 'Sum' | 'Maximum';
}

interface Alarm {
  description: string;
  /** Added up, when there are several. */
  metrics: Metric[];
  /** In alarm above this, in one period. */
  above: number;
  periodSeconds: number;
}

/** Seconds that an event may wait for its function before somebody should look: retries take at most six hours. */
const eventAgeSeconds = 3_600;
/** Seconds that a dead letter may lie before it nears the 14 days after which the queue drops it. */
const letterAgeSeconds = 7 * 86_400;

/** Adds alarms and a dashboard to a template. @param topicArn an SNS topic that hears of each alarm, and of its end */
export function addMonitoring({ Resources }: Template, { topicArn }: { topicArn?: string }): void {
  const alarms = alarmsOf(Resources);
  for (const [name, alarm] of Object.entries(alarms)) Resources[name] = alarmResource(name, alarm, topicArn);
  Resources.Dashboard = {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: {
      DashboardName: { Ref: 'AWS::StackName' },
      DashboardBody: { 'Fn::Sub': JSON.stringify(dashboard(Resources, Object.keys(alarms))) },
    },
  };
}

function alarmsOf(resources: Template['Resources']): Record<string, Alarm> {
  const alarms: Record<string, Alarm> = {};
  for (const [id, { Properties }] of triggersOf(resources)) {
    const name = id.replace(/LambdaFunction$/, '');
    const handler = String(Properties?.Handler).replace(/^functions\/triggers\/|\.handler$/g, '');
    const fiveMinutes = { above: 0, periodSeconds: 300 };
    alarms[`${name}ErrorsAlarm`] = {
      description: `${handler} threw an error, or ran out of time.`,
      metrics: [lambdaMetric(id, 'Errors', 'Sum')],
      ...fiveMinutes,
    };
    alarms[`${name}ThrottlesAlarm`] = {
      description: `${handler} was called more often at once than the account allows.`,
      metrics: [lambdaMetric(id, 'Throttles', 'Sum')],
      ...fiveMinutes,
    };
    if (!isCalledByEvents(resources, id)) continue;
    alarms[`${name}AgeAlarm`] = {
      description: `An event waits for ${handler} for more than an hour.`,
      // Milliseconds.
      metrics: [lambdaMetric(id, 'AsyncEventAge', 'Maximum')],
      above: eventAgeSeconds * 1000,
      periodSeconds: 300,
    };
  }
  for (const [id] of ofType(resources, 'AWS::StepFunctions::StateMachine')) {
    alarms[`${id}FailuresAlarm`] = {
      description: `An execution of ${id} failed, timed out or was aborted: its run has an error.json, or ended without a word.`,
      metrics: ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'].map((name) => ({
        namespace: 'AWS/States',
        name,
        dimensions: { StateMachineArn: { Ref: id } },
        statistic: 'Sum',
      })),
      above: 0,
      periodSeconds: 300,
    };
  }
  alarms.HttpApiFaultsAlarm = {
    description: 'The HTTP API answered 5xx.',
    metrics: [
      { namespace: 'AWS/ApiGateway', name: '5xx', dimensions: { ApiId: { Ref: 'HttpApi' } }, statistic: 'Sum' },
    ],
    above: 0,
    periodSeconds: 300,
  };
  const queue = { QueueName: { 'Fn::GetAtt': ['FailureQueue', 'QueueName'] as [string, string] } };
  alarms.DeadLettersAlarm = {
    description: 'Events that no function could take lie in the failure queue.',
    metrics: [
      { namespace: 'AWS/SQS', name: 'ApproximateNumberOfMessagesVisible', dimensions: queue, statistic: 'Maximum' },
    ],
    above: 0,
    periodSeconds: 300,
  };
  alarms.DeadLettersAgeAlarm = {
    description: 'A dead letter is a week old; after two it is lost.',
    metrics: [{ namespace: 'AWS/SQS', name: 'ApproximateAgeOfOldestMessage', dimensions: queue, statistic: 'Maximum' }],
    above: letterAgeSeconds,
    periodSeconds: 3_600,
  };
  return alarms;
}

function alarmResource(name: string, alarm: Alarm, topicArn: string | undefined): Resource {
  const { description, metrics, above, periodSeconds } = alarm;
  const actions = topicArn ? [topicArn] : [];
  const metric = ({ namespace, name: metricName, dimensions }: Metric) => ({
    Namespace: namespace,
    MetricName: metricName,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  });
  const sum = metrics.map((each, i) => ({
    Id: `m${i + 1}`,
    ReturnData: false,
    MetricStat: { Metric: metric(each), Period: periodSeconds, Stat: each.statistic },
  }));
  const watched =
    metrics.length === 1
      ? { ...metric(metrics[0]), Statistic: metrics[0].statistic, Period: periodSeconds }
      : { Metrics: [...sum, { Id: 'total', Expression: 'SUM(METRICS())', ReturnData: true }] };
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: { 'Fn::Sub': `${substituted('AWS::StackName')}-${shortName(name)}` },
      AlarmDescription: `${description} See docs/operations.md.`,
      ...watched,
      EvaluationPeriods: 1,
      Threshold: above,
      ComparisonOperator: 'GreaterThanThreshold',
      // A function that nobody calls measures nothing.
      TreatMissingData: 'notBreaching',
      ...(actions.length > 0 ? { AlarmActions: actions, OKActions: actions } : {}),
    },
  };
}

/** One page: the alarms, what triggers and tasks do, the workflows, the queue, and what the functions measure of trainings. */
function dashboard(resources: Template['Resources'], alarms: string[]): object {
  const lambdas = ofType(resources, 'AWS::Lambda::Function').map(([id]) => substituted(id));
  const machines = ofType(resources, 'AWS::StepFunctions::StateMachine').map(([id]) => substituted(id));
  const perFunction = (name: string) => lambdas.map((lambda) => ['AWS/Lambda', name, 'FunctionName', lambda]);
  const perMachine = (name: string) => machines.map((machine) => ['AWS/States', name, 'StateMachineArn', machine]);
  const own = (...names: string[]) => names.map((name) => ['hone', name, 'service', 'hone']);
  const queue = ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage'];
  const graphs: [title: string, metrics: string[][], stat: string][] = [
    ['Errors', perFunction('Errors'), 'Sum'],
    ['Throttles', perFunction('Throttles'), 'Sum'],
    ['Duration, longest, ms', perFunction('Duration'), 'Maximum'],
    ['Calls', perFunction('Invocations'), 'Sum'],
    ['Workflows started', perMachine('ExecutionsStarted'), 'Sum'],
    ['Workflows failed', [...perMachine('ExecutionsFailed'), ...perMachine('ExecutionsTimedOut')], 'Sum'],
    [
      'Failure queue',
      queue.map((name) => ['AWS/SQS', name, 'QueueName', substituted('FailureQueue.QueueName')]),
      'Maximum',
    ],
    ['API', ['Count', '4xx', '5xx'].map((name) => ['AWS/ApiGateway', name, 'ApiId', substituted('HttpApi')]), 'Sum'],
    ['API latency, 99th percentile, ms', [['AWS/ApiGateway', 'Latency', 'ApiId', substituted('HttpApi')]], 'p99'],
    ['Versions and gates', own('VersionsRegistered', 'GatesFailed', 'WorkflowsFailed', 'TaskFailures'), 'Sum'],
    ['Training and evaluation, ms', own('ReadTime', 'TrainingTime', 'EvaluationTime'), 'Maximum'],
    ['Predictions', own('RowsPredicted'), 'Sum'],
  ];
  const widgets = graphs.map(([title, metrics, stat], i) => ({
    type: 'metric',
    x: (i % 3) * 8,
    y: 3 + Math.floor(i / 3) * 6,
    width: 8,
    height: 6,
    properties: { title, metrics, stat, region: substituted('AWS::Region'), period: 300, view: 'timeSeries' },
  }));
  const status = { title: 'Alarms', alarms: alarms.map(alarmArn) };
  return { widgets: [{ type: 'alarm', x: 0, y: 0, width: 24, height: 3, properties: status }, ...widgets] };
}

/** By the alarm's name, not by a reference to it: the page is no reason to make one after the other. */
const alarmArn = (name: string): string => {
  const [partition, region, account] = ['Partition', 'Region', 'AccountId'].map((part) => substituted(`AWS::${part}`));
  return `arn:${partition}:cloudwatch:${region}:${account}:alarm:${substituted('AWS::StackName')}-${shortName(name)}`;
};

const shortName = (alarm: string): string => alarm.replace(/Alarm$/, '');

/** What CloudFormation puts a value in the place of. */
const substituted = (name: string): string => `\${${name}}`;

function lambdaMetric(id: string, name: string, statistic: Metric['statistic']): Metric {
  return { namespace: 'AWS/Lambda', name, dimensions: { FunctionName: { Ref: id } }, statistic };
}

/** Functions that something outside calls. What a state machine calls, it tries again, and its failures are its own. */
function triggersOf(resources: Template['Resources']): [string, Resource][] {
  return ofType(resources, 'AWS::Lambda::Function').filter(([, { Properties }]) =>
    String(Properties?.Handler).startsWith('functions/triggers/'),
  );
}

function isCalledByEvents(resources: Template['Resources'], id: string): boolean {
  return ofType(resources, 'AWS::Lambda::EventInvokeConfig').some(([, { Properties }]) =>
    JSON.stringify(Properties?.FunctionName).includes(`"${id}"`),
  );
}

function ofType(resources: Template['Resources'], type: string): [string, Resource][] {
  return Object.entries(resources).filter(([, { Type }]) => Type === type);
}
