import { InputError } from '../../lib/core/errors.ts';

/** An event that no call of a function could take, as the queue of failures keeps it. */
export interface DeadLetter {
  /** Which handler the event is for. */
  handler: 'dataset-created' | 'scheduled';
  event: Record<string, unknown>;
  /** What SQS wants back to delete the message; undefined when the letter did not come with it. */
  receipt?: string;
}

/**
 * The letters in a text: what `aws sqs receive-message` prints, the bodies of such messages (one, a JSON list, or a line
 * each), or bare events of S3 and of the schedule.
 *
 * @throws InputError when the text is no JSON, or a letter is for none of the handlers that events call
 * @see AWS Lambda Developer Guide, "Capturing records of asynchronous invocations", for the body's layout
 */
export function parseDeadLetters(text: string, where: string): DeadLetter[] {
  return parseDocuments(text, where).flatMap((document, i) => lettersIn(document, `${where}, letter ${i + 1}`));
}

function parseDocuments(text: string, where: string): unknown[] {
  const whole = parse(text);
  if (whole !== undefined) return Array.isArray(whole) ? whole : [whole];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, i) => {
    const document = parse(line);
    if (document !== undefined) return document;
    throw new InputError(`${where}, line ${i + 1}: expected JSON, found something else`);
  });
}

function lettersIn(document: unknown, where: string, receipt?: string): DeadLetter[] {
  const found = asObject(typeof document === 'string' ? parse(document) : document, where);
  if (Array.isArray(found.Messages)) return found.Messages.flatMap((message) => lettersIn(message, where));
  if (typeof found.Body === 'string') {
    const handle = typeof found.ReceiptHandle === 'string' ? found.ReceiptHandle : undefined;
    return lettersIn(found.Body, where, handle);
  }
  if ('requestPayload' in found) return lettersIn(found.requestPayload, where, receipt);
  const handler = handlerOf(found);
  if (handler) return [{ handler, event: found, ...(receipt === undefined ? {} : { receipt }) }];
  throw new InputError(`${where}: expected an event of S3 or of the schedule, found neither`);
}

function handlerOf(event: Record<string, unknown>): DeadLetter['handler'] | undefined {
  if (Array.isArray(event.Records) || event.Event === 's3:TestEvent') return 'dataset-created';
  return event['detail-type'] === 'Scheduled Event' ? 'scheduled' : undefined;
}

function asObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InputError(`${where}: expected a JSON object, found something else`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
