/** One resource of a stack, as CloudFormation lists it. */
export interface StackResource {
  logicalId: string;
  physicalId: string;
  type: string;
}

/**
 * The resources of a stack that were made; undefined when there is no such stack.
 *
 * Asked of CloudFormation's query API as it is, unsigned: moto takes the service from the header and checks no
 * signature, and an SDK client for these two questions would be one more dependency.
 */
export async function stackResources(endpoint: string, stack: string): Promise<StackResource[] | undefined> {
  const xml = await query(endpoint, { Action: 'DescribeStackResources', StackName: stack });
  if (xml === undefined) return undefined;
  const members = [...xml.matchAll(/<member>([\s\S]*?)<\/member>/g)].map(([, member]) => ({
    logicalId: textOf(member, 'LogicalResourceId'),
    physicalId: textOf(member, 'PhysicalResourceId'),
    type: textOf(member, 'ResourceType'),
  }));
  // What moto took note of and did not make has no name.
  return members.filter(({ physicalId }) => physicalId !== '');
}

/** The outputs of a stack by name. */
export async function stackOutputs(endpoint: string, stack: string): Promise<Record<string, string>> {
  const xml = (await query(endpoint, { Action: 'DescribeStacks', StackName: stack })) ?? '';
  const members = [...xml.matchAll(/<OutputKey>([\s\S]*?)<\/OutputKey>\s*<OutputValue>([\s\S]*?)<\/OutputValue>/g)];
  return Object.fromEntries(members.map(([, name, value]) => [name, value]));
}

async function query(endpoint: string, parameters: Record<string, string>): Promise<string | undefined> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=none/20260101/us-east-1/cloudformation/aws4_request' },
    body: new URLSearchParams({ ...parameters, Version: '2010-05-15' }),
  });
  const text = await response.text();
  if (response.ok) return text;
  if (text.includes('does not exist')) return undefined;
  throw new Error(`${parameters.Action}: expected an answer, found ${response.status}: ${text.slice(0, 400)}`);
}

function textOf(xml: string, name: string): string {
  return new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(xml)?.[1] ?? '';
}
