// The plugin that serverless.yml loads beside the published ones: settings from the environment, a guard before
// deploys, and what the others leave undone in the template.
import {
  checkBucketName,
  checkDeployable,
  type Environment,
  isTraced,
  setting,
  tracingStatement,
  trustVariables,
} from './deployment.ts';
import { addMonitoring } from './monitoring.ts';

/** The parts of osls that the plugin touches. */
export interface Serverless {
  processedInput: { commands: string[] };
  service: { provider: { compiledCloudFormationTemplate: Template } };
  pluginManager: { plugins: object[] };
  classes: { Error: new (message: string) => Error };
}

export interface Template {
  Resources: Record<string, Resource>;
}

export interface Resource {
  Type: string;
  DependsOn?: string | string[];
  // biome-ignore lint/suspicious/noExplicitAny: each type of resource has properties of its own
  Properties?: Record<string, any>;
}

export default class HonePlugin {
  readonly hooks: Record<string, () => void>;
  readonly configurationVariablesSources = {
    hone: { resolve: async ({ address }: { address: string }) => ({ value: setting(address, process.env) }) },
  };

  constructor(serverless: Serverless) {
    const template = () => serverless.service.provider.compiledCloudFormationTemplate;
    this.hooks = {
      initialize: () => {
        const [command] = serverless.processedInput.commands;
        if (command !== 'deploy' && command !== 'package') return;
        try {
          if (command === 'deploy') checkDeployable(process.env);
          else checkBucketName(process.env);
        } catch (error) {
          // The framework's own class prints as a message, without a stack trace.
          throw new serverless.classes.Error((error as Error).message);
        }
        if (command === 'package') return;
        adoptRetainedBucket(serverless.pluginManager.plugins);
        skipEndpointSummary(serverless.pluginManager.plugins);
      },
      'before:package:finalize': () => {
        dropUnusedRole(template());
        dropImpliedDependencies(template());
        spellOutFunctions(template());
        if (isTraced(process.env)) traceStateMachines(template());
        giveTrust(template(), process.env);
        addMonitoring(template(), { topicArn: process.env.HONE_ALARM_TOPIC_ARN });
      },
    };
  }
}

/**
 * Lets CloudFormation take over the bucket that an earlier `remove` left standing, where creating it would fail.
 *
 * @see AWS CloudFormation User Guide, "Import AWS resources into a CloudFormation stack automatically": it holds for
 *   resources with a name of their own and DeletionPolicy Retain, which is the data bucket alone
 */
function adoptRetainedBucket(plugins: object[]): void {
  type Deployer = { getCreateChangeSetParams?: (options: object) => object };
  for (const plugin of plugins as Deployer[]) {
    const parameters = plugin.getCreateChangeSetParams;
    if (!parameters) continue;
    plugin.getCreateChangeSetParams = function (options) {
      return { ...parameters.call(this, options), ImportExistingResources: true };
    };
  }
}

/**
 * Leaves out the list of REST endpoints, of which there are none, that serverless-step-functions prints after a deploy.
 *
 * It asks for them by provider.request(), which osls 4 no longer has: each deploy would be done, and end as a failure.
 */
function skipEndpointSummary(plugins: object[]): void {
  for (const plugin of plugins) {
    if ('getEndpointInfo' in plugin) Object.assign(plugin, { getEndpointInfo: () => {}, display: () => {} });
  }
}

/** The role that all functions would share. Each has its own, and what nobody assumes nobody needs to be able to. */
export function dropUnusedRole({ Resources }: Template): void {
  const { IamRoleLambdaExecution: shared, ...others } = Resources;
  if (shared && !JSON.stringify(others).includes('"IamRoleLambdaExecution"')) delete Resources.IamRoleLambdaExecution;
}

/** Dependencies that a reference states already, which the framework writes out once more, and cfn-lint warns of. */
export function dropImpliedDependencies({ Resources }: Template): void {
  for (const resource of Object.values(Resources)) {
    const references = JSON.stringify(resource.Properties ?? {});
    const isImplied = (name: string) =>
      references.includes(`{"Ref":"${name}"}`) || references.includes(`{"Fn::GetAtt":["${name}",`);
    const needed = [resource.DependsOn ?? []].flat().filter((name) => !isImplied(name));
    if (needed.length > 0) resource.DependsOn = needed;
    else delete resource.DependsOn;
  }
}

/** Writes `${PlanLambdaFunction.Arn}` into a definition where the framework writes a hash and says beside it what it means. */
function spellOutFunctions({ Resources }: Template): void {
  for (const { Type, Properties } of Object.values(Resources)) {
    const substitution = Properties?.DefinitionString?.['Fn::Sub'];
    if (Type !== 'AWS::StepFunctions::StateMachine' || !Properties || !Array.isArray(substitution)) continue;
    const [definition, meanings] = substitution as [string, Record<string, { 'Fn::GetAtt': string[] }>];
    const spelledOut = definition.replace(/\$\{(\w+)\}/g, (_, hash) => `\${${meanings[hash]['Fn::GetAtt'].join('.')}}`);
    Properties.DefinitionString = { 'Fn::Sub': spelledOut };
  }
}

/** Tells each function whose signatures to believe; the one that registers versions gets the key that signs. */
export function giveTrust({ Resources }: Template, environment: Environment): void {
  for (const { Type, Properties } of Object.values(Resources)) {
    if (Type !== 'AWS::Lambda::Function' || !Properties) continue;
    const variables = trustVariables(Properties.Handler, environment);
    Object.assign(Properties.Environment.Variables, variables);
    // Else whoever may look at a function's settings could read the key in them.
    if (variables.HONE_SIGNING_KEY && environment.HONE_KMS_KEY_ARN) Properties.KmsKeyArn = environment.HONE_KMS_KEY_ARN;
  }
}

function traceStateMachines({ Resources }: Template): void {
  for (const { Type, Properties } of Object.values(Resources)) {
    if (Type !== 'AWS::StepFunctions::StateMachine' || !Properties) continue;
    Properties.TracingConfiguration = { Enabled: true };
    const role = Resources[Properties.RoleArn['Fn::GetAtt'][0]];
    role.Properties?.Policies[0].PolicyDocument.Statement.push(tracingStatement);
  }
}
