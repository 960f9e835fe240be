import type { OptionProblem } from '../common/errors.js';

/** Is what was found for an option outside the code; either of both may be missing. @internal */
export interface FoundOption<T> {
  /** Is undefined when nothing was found, or nothing good. */
  readonly value?: T;
  readonly problems: readonly OptionProblem[];
}
