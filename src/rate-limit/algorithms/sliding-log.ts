import type { Algorithm } from './algorithm.js';
import { SLIDING_WINDOW } from './sliding-window.js';

/**
 * Is the sliding window without cells: exact whatever the limit, at the price of 12 bytes for each call.
 *
 * It has the sliding window's letter, for it reads what that has left: a policy may change between them and go on
 * counting.
 *
 * @internal
 */
export const SLIDING_LOG: Algorithm = {
  ...SLIDING_WINDOW,
  shape: (policy) => ({ ...SLIDING_WINDOW.shape(policy), grain: 0 }),
};
