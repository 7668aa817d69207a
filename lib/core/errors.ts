/**
 * Base of all errors that hone raises on purpose; its subclasses are named by the remedy.
 *
 * A message says where, what was expected and what was found, and holds no more of the user's data than the one
 * value that is wrong.
 */
export class HoneError extends Error {
  /** One sentence on how to mend it, where that is not plain from the message. */
  readonly advice: string | undefined;

  constructor(message: string, { advice, cause }: { advice?: string; cause?: unknown } = {}) {
    super(advice ? `${message}. ${advice}` : message, { cause });
    this.advice = advice;
    // Minified bundles rename classes, while workflows match errors by name: so each subclass sets its own, in words.
    this.name = 'HoneError';
  }
}

/** Mend the request or the data: trying again with the same input fails again. */
export class InputError extends HoneError {
  override readonly name: string = 'InputError';
}

/** What was asked for is not there. */
export class NotFoundError extends HoneError {
  override readonly name: string = 'NotFoundError';
}

/** Somebody else was first: read again, then decide again. */
export class ConflictError extends HoneError {
  override readonly name: string = 'ConflictError';
}

/** The numbers left the range of floats: lower the learning rate, or scale the features. */
export class NumericError extends HoneError {
  override readonly name: string = 'NumericError';
}

/** The store did not answer as it should: try again. */
export class StoreError extends HoneError {
  override readonly name: string = 'StoreError';
}

/** What lies in the store is not what was signed: find out who changed it, and bring the right one back. */
export class IntegrityError extends HoneError {
  override readonly name: string = 'IntegrityError';
}
