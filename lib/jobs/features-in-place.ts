import type { Matrix } from '../core/matrix.ts';
import { canEncodeInPlace, encodeInPlace } from '../data/encode-in-place.ts';
import { allRows } from '../data/number-facts.ts';
import { profileTable } from '../data/profile.ts';
import { takeRows } from '../data/take-rows.ts';
import { homeOf, releaseMatrix } from '../kernels/instantiate.ts';
import { lendOrderRoom } from '../kernels/order.ts';
import type { Request } from '../pipeline/resolve.ts';
import type { Choice } from './choose-optimizer.ts';
import type { Context } from './context.ts';
import { type Prepared, takePrepared } from './prepare.ts';

/** Encoded features in the memory of the packed numbers that they were made of. */
interface FeaturesInPlace {
  features: Matrix;
  /** Once the candidate is kept: lets go of the features, and lets the jobs that come find the data as it is now. */
  finish(): void;
}

/**
 * The training rows' features over the numbers that they are made of, so that the two never need memory side by side.
 *
 * What is asked of the numbers later is taken first: the held-out rows as a table of their own, and the columns' profiles.
 * Whoever trains after a failure must not find what is left of the data: until the candidate is kept, the context lacks it.
 *
 * @returns undefined, and nothing has happened, where the training may pause, of which the next call would read the data
 *   anew, where other rows than those held out are asked for, and where the data does not lie as it must
 */
export function featuresInPlace(
  context: Context,
  request: Pick<Request, 'data'>,
  prepared: Prepared,
  { stop }: Pick<Choice, 'stop'>,
): FeaturesInPlace | undefined {
  const { table, training, test, tuning, encoding, schema } = prepared;
  const needsOthers = request.data.split === 'none' || tuning !== undefined || stop.validation !== undefined;
  if (needsOthers || context.remainingMs() < Number.POSITIVE_INFINITY || !canEncodeInPlace(encoding, table, training))
    return undefined;
  const taken = takePrepared(context);
  prepared.profiles = profileTable(table, schema.columns);
  const heldOut = takeRows(table, test);
  prepared.heldOut = { table: heldOut, rows: allRows(heldOut) };
  const features = encodeInPlace(encoding, table, training);
  const home = homeOf(features.data);
  return {
    features,
    finish() {
      releaseMatrix(features);
      // What sorts scores next finds room where the features were.
      if (home) lendOrderRoom(home);
      taken.giveBack();
    },
  };
}
