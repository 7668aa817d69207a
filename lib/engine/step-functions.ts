import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { InputError, NotFoundError, StoreError } from '../core/errors.ts';
import { checkStart, type Engine, type Workflow } from './engine.ts';

/**
 * Starts workflows on AWS Step Functions.
 *
 * @param options.stateMachineArns one ARN for each workflow that is started here
 * @param options.client for tests, and for settings of one's own; by default region and credentials come from the
 *   environment, as Lambda sets them
 */
export function stepFunctionsEngine({
  stateMachineArns,
  client = new SFNClient({}),
}: {
  stateMachineArns: Partial<Record<Workflow, string>>;
  client?: SFNClient;
}): Engine {
  return {
    async start(workflow, name, input) {
      checkStart(name, input);
      const stateMachineArn = stateMachineArns[workflow];
      if (!stateMachineArn) {
        throw new InputError(`workflow ${workflow}: expected the ARN of its state machine, found none configured`);
      }
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
        return 'started';
      } catch (error) {
        if (nameOf(error) === 'ExecutionAlreadyExists') return 'exists';
        throw translate(error, `${workflow} execution ${name}`);
      }
    },
  };
}

/** Refusals that mend themselves: rates, and the number of open executions of an account. */
const passing = /Throttl|TooManyRequests|ExecutionLimitExceeded|Timeout|SlowDown/i;

/** Names the remedy. What is neither passing nor about the request, such as a missing permission, stays as it is. */
function translate(error: unknown, where: string): unknown {
  const name = nameOf(error);
  const found = error instanceof Error ? error.message : String(error);
  if (name === 'StateMachineDoesNotExist' || name === 'StateMachineDeleting') {
    return new NotFoundError(`${where}: expected a state machine, found none (${found})`, { cause: error });
  }
  if (/^Invalid(Name|ExecutionInput|Arn)$|^ValidationException$/.test(name)) {
    return new InputError(`${where}: Step Functions refused the request: ${found}`, { cause: error });
  }
  if (passing.test(name) || isServerFault(error) || !hasAnswer(error)) {
    return new StoreError(`${where}: Step Functions did not take it: ${name}: ${found}`, { cause: error });
  }
  return error;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

function isServerFault(error: unknown): boolean {
  return (statusOf(error) ?? 0) >= 500;
}

/** Whether Step Functions answered at all; a broken connection has no status. Errors before sending have none either. */
function hasAnswer(error: unknown): boolean {
  return statusOf(error) !== undefined || nameOf(error) === 'CredentialsProviderError';
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
