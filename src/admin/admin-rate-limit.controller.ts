import { Get, Injectable } from '@nestjs/common';
import { RedisMonitor } from '../monitoring/redis-monitor.js';
import type { RateLimitCounts } from '../monitoring/rate-limit-meters.js';
import { RateLimitOffenders, type RateLimitOffender } from '../rate-limit/rate-limit-offenders.js';
import { RateLimitPolicies, type PolicyDescription } from '../rate-limit/policies/rate-limit-policies.js';
import { AdminRoute } from './admin-route.decorator.js';

/** Is the answer of `GET rate-limits`. @internal */
export interface RateLimitList {
  /** Lists the policies of the module's options, and the default. */
  readonly policies: readonly PolicyDescription[];
  /** Holds what each policy did in this process, those written in place included. */
  readonly counts: Readonly<Record<string, RateLimitCounts>>;
  /** Lists whom this process refused most, by digests. */
  readonly offenders: readonly RateLimitOffender[];
}

/** Shows the limits, and who exceeds them. @internal */
@Injectable()
export class AdminRateLimitController {
  constructor(
    private readonly policies: RateLimitPolicies,
    private readonly offenders: RateLimitOffenders,
    private readonly monitor: RedisMonitor,
  ) {}

  /** Answers the policies, what they did, and the top offenders. */
  @Get('rate-limits')
  @AdminRoute('rate-limits:read')
  list(): RateLimitList {
    return {
      policies: this.policies.describe(),
      counts: this.monitor.rateLimits(),
      offenders: this.offenders.top(),
    };
  }
}
