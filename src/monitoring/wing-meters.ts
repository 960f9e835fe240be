import { Injectable } from '@nestjs/common';
import { LockMeter } from './lock-meter.js';
import { RateLimitMeters } from './rate-limit-meters.js';

/**
 * Holds what counts for each wing.
 *
 * @internal
 */
@Injectable()
export class WingMeters {
  constructor(
    readonly locks: LockMeter,
    readonly rateLimits: RateLimitMeters,
  ) {}
}
