import { HoneError, InputError, StoreError } from '../core/errors.ts';

/** What an error of the SDK says about the answer that it comes from. */
export interface Fault {
  /** The HTTP status; undefined when no answer came. */
  status: number | undefined;
  /** The name that S3 gives the fault, or the operating system's code. */
  code: string;
  /** How many requests were sent. */
  attempts: number;
}

/** What can be told of an error that the SDK threw: status, code, and after how many attempts. */
export function faultOf(error: unknown): Fault {
  const { name, code, $metadata } = error as {
    name?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number; attempts?: number };
  };
  // A refused connection is an "Error" by name; an answer's own code stands in the name.
  const named = name && name !== 'Error' ? name : (code ?? 'an error');
  return { status: $metadata?.httpStatusCode, code: named, attempts: $metadata?.attempts ?? 1 };
}

/** What the caller of a store is to see of a fault that has no meaning of its own for the operation; `where` names the place. */
export function toHoneError(error: unknown, where: string): HoneError {
  if (error instanceof HoneError) return error;
  const { status, code, attempts } = faultOf(error);
  if (code === 'NoSuchBucket') {
    return new InputError(`${where}: expected a bucket, found none of this name`, { cause: error });
  }
  if (status === undefined && messageOf(error) === 'Region is missing') {
    return new InputError(`${where}: expected to know the region of the bucket, found none`, {
      advice: 'Set AWS_REGION, as in AWS_REGION=eu-central-1, or AWS_PROFILE to a profile that has one',
      cause: error,
    });
  }
  const answer = status === undefined ? code : `${status} ${code}`;
  const after = attempts > 1 ? ` after ${attempts} attempts` : '';
  const message = `${where}: expected S3 to do as asked, found ${answer}${after}: ${messageOf(error)}`;
  return new StoreError(message, { advice: adviceFor(status, code), cause: error });
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').replace(/\.$/, '').slice(0, 300) || 'no message';
}

function adviceFor(status: number | undefined, code: string): string | undefined {
  if (code === 'CredentialsProviderError') {
    return 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as the AWS CLI takes them';
  }
  if (status === 403) return 'Check the credentials, and the permission for this action on the bucket and its objects';
  if (status === 409) return 'Another conditional write of the same key is under way: try again';
  if (status === 301 || status === 400) return 'Check the region and the endpoint';
  return undefined;
}
