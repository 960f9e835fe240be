import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { normalizeAddress } from './ip-address.js';
import { RATE_LIMIT_MODULE_OPTIONS } from './rate-limit.constants.js';
import { RateLimitKeyError } from './rate-limit.errors.js';
import type { RateLimitKey, ResolvedRateLimitOptions } from './rate-limit.options.js';
import { requestOf } from './request-of.js';

/**
 * Finds whom a call counts for.
 *
 * @internal
 */
@Injectable()
export class SubjectFinder {
  constructor(@Inject(RATE_LIMIT_MODULE_OPTIONS) private readonly options: ResolvedRateLimitOptions) {}

  /** Returns the subject of a call. @throws {RateLimitKeyError} when there is none. */
  find(key: RateLimitKey, context: ExecutionContext): string | Promise<string> {
    switch (key) {
      case 'ip':
        return this.#address(context);
      case 'user':
        return this.#user(context);
      case 'api-key':
        return this.#apiKey(context);
      default: {
        const subject = key(context);
        return subject instanceof Promise ? subject.then(checked) : checked(subject);
      }
    }
  }

  #address(context: ExecutionContext): string {
    const { ip } = requestOf(context);
    const address = ip === undefined ? null : normalizeAddress(ip, this.options.ipv6Prefix);
    if (address !== null) return address;
    throw new RateLimitKeyError(
      `A rate limit by 'ip' found no address in this ${context.getType<string>()} call: check the 'trust proxy' ` +
        'setting, or give the policy another key.',
    );
  }

  #user(context: ExecutionContext): string {
    const user = this.options.user(requestOf(context)) ?? undefined;
    if (user !== undefined && user !== '') return String(user);
    throw new RateLimitKeyError(
      `A rate limit by 'user' found no user: put @RateLimit above @UseGuards(<your authentication>) so that it runs ` +
        'after it, or tell rateLimit.user where the user is.',
    );
  }

  #apiKey(context: ExecutionContext): string {
    const value = requestOf(context).headers[this.options.apiKeyHeader];
    if (typeof value === 'string' && value !== '') return value;
    throw new RateLimitKeyError(
      `A rate limit by 'api-key' found no header ${this.options.apiKeyHeader}: let a guard refuse such calls before it.`,
    );
  }
}

function checked(subject: unknown): string {
  if (typeof subject === 'string' && subject !== '') return subject;
  throw new RateLimitKeyError('The key function of a rate limit must answer a text that is not empty.');
}
