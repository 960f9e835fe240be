import { IsWholeNumber } from '../../common/option-rules.js';

/** Says how far the warming of the cache has come; there is one after each step, and one at each warmer's end. @publicApi */
export interface WarmProgress {
  /** Is the name that `@CacheWarmer` gives. */
  readonly warmer: string;
  /** Counts the steps that succeeded so far. */
  readonly done: number;
  /** Counts those that failed. */
  readonly failed: number;
  /** Is why the step failed that this tells of. */
  readonly error?: Error;
  /** Says that the warmer has come to its end. */
  readonly finished: boolean;
}

/** Adjusts `CacheService.warm`. @publicApi */
export class WarmOptions {
  /** Is how many steps run at a time, from 1. @default 4 */
  @IsWholeNumber(1)
  concurrency?: number;
}
