import type { RateLimitAlgorithm } from '../policies/rate-limit-policy.options.js';
import type { Algorithm } from './algorithm.js';
import { FIXED_WINDOW } from './fixed-window.js';
import { GCRA } from './gcra.js';
import { SLIDING_LOG } from './sliding-log.js';
import { SLIDING_WINDOW } from './sliding-window.js';
import { TOKEN_BUCKET } from './token-bucket.js';

/** Holds every algorithm by its public name. @internal */
export const ALGORITHMS: Readonly<Record<RateLimitAlgorithm, Algorithm>> = {
  'sliding-window': SLIDING_WINDOW,
  'fixed-window': FIXED_WINDOW,
  'sliding-log': SLIDING_LOG,
  'token-bucket': TOKEN_BUCKET,
  gcra: GCRA,
};
