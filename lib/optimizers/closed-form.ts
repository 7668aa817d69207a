import { InputError } from '../core/errors.ts';
import type { SearchRule } from './search-rule.ts';

export interface ClosedFormState {
  /** 1 once the parameters are the minimum. */
  solved: number;
}

/**
 * Goes to the minimum in one step, where the objective has a formula for it: least squares, with or without a ridge.
 *
 * @throws InputError at the start of a run, when the objective has none
 */
export function closedForm(): SearchRule<ClosedFormState> {
  return {
    init: () => ({ solved: 0 }),
    search(objective) {
      if (objective.solve === undefined)
        throw new InputError('optimizer closedForm: expected an objective with a closed form, found none', {
          advice: 'It is for least squares (model linear, loss squared) over all rows; else use lbfgs or newton',
        });
      return {
        step({ parameters }, state) {
          if (state.solved === 1) return 'solved';
          objective.solve?.(parameters);
          state.solved = 1;
          return 'stepped';
        },
      };
    },
  };
}
