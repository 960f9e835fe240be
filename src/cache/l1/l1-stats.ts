import type { L1Usage } from './l1-cache.js';
import type { L1CoherenceMode } from './l1-coherence.js';

/** Says what the first tier of this process holds. @publicApi */
export interface L1Stats extends L1Usage {
  readonly coherence: L1CoherenceMode;
}
