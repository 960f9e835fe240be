import { Injectable, type ExecutionContext } from '@nestjs/common';
import { BoundRules } from './bound-rules.js';
import { CallCounter } from './call-counter.js';
import type { RateLimitEntry } from './rate-limit-entry.js';
import { RateLimitKeyError } from './rate-limit.errors.js';
import { isByArguments } from './subject-kind.js';
import { decisionOrThrow } from './verdict.js';

/**
 * Counts calls of service methods.
 *
 * @internal
 */
@Injectable()
export class ServiceLimits {
  constructor(
    private readonly rules: BoundRules,
    private readonly counter: CallCounter,
  ) {}

  /**
   * Counts a call by the rules of its decorator.
   *
   * @throws {RateLimitExceededError} when it exceeds a limit.
   * @throws {RateLimitUnavailableError} when a limit cannot be checked and says `onRedisDown: 'deny'`.
   */
  async enforce(entry: RateLimitEntry, context: ExecutionContext): Promise<void> {
    for (const rule of this.rules.of(entry)) {
      if (!isByArguments(rule.key)) throw noKey(entry.label);
      const verdict = await this.counter.count(rule, rule.key, context);
      if (verdict !== null) decisionOrThrow(verdict);
    }
  }
}

function noKey(label: string): RateLimitKeyError {
  return new RateLimitKeyError(
    `@RateLimit on ${label} needs a key function, because nothing but the arguments tells who calls a service method.`,
  );
}
