import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { segmentText } from '../../common/keys/key-encoding.js';
import { typeName } from '../../common/keys/key.errors.js';
import { normalizeAddress } from './ip-address.js';
import { RATE_LIMIT_MODULE_OPTIONS } from '../rate-limit.constants.js';
import { RateLimitCallerError, RateLimitHeaderError, RateLimitKeyError } from '../rate-limit.errors.js';
import type { ResolvedRateLimitOptions } from '../rate-limit.options.js';
import type { RateLimitKey, RateLimitSingleKey } from '../policies/rate-limit-use.options.js';
import { requestOf } from './request-of.js';
import { isSeveral } from './subject-kind.js';
import { TrustedProxies } from './trusted-proxies.js';
import { joinSubjects } from './subject-keys.js';

/**
 * Finds whom a call counts for.
 *
 * @internal
 */
@Injectable()
export class SubjectFinder {
  readonly #proxies: TrustedProxies | null;

  constructor(@Inject(RATE_LIMIT_MODULE_OPTIONS) private readonly options: ResolvedRateLimitOptions) {
    const { trustedProxies } = options;
    this.#proxies = trustedProxies.length === 0 ? null : new TrustedProxies(trustedProxies);
  }

  /**
   * Returns the subject of a call.
   *
   * @throws {RateLimitCallerError | RateLimitHeaderError} when the client leaves out who it is.
   * @throws {RateLimitKeyError} when there is none for another reason.
   */
  find(key: RateLimitKey, context: ExecutionContext): string | Promise<string> {
    if (!isSeveral(key)) return this.#findOne(key, context);
    return Promise.all(key.map(async (single) => this.#findOne(single, context))).then(joinSubjects);
  }

  #findOne(key: RateLimitSingleKey, context: ExecutionContext): string | Promise<string> {
    if (typeof key === 'function') {
      const subject: unknown = key(context);
      return subject instanceof Promise ? subject.then(checked) : checked(subject);
    }
    if (key === 'ip') return this.#address(context);
    if (key === 'user') return this.#user(context);
    return key === 'api-key' ? this.#apiKey(context) : this.#header(key.header.toLowerCase(), context);
  }

  #address(context: ExecutionContext): string {
    const request = requestOf(context);
    const ip = this.#proxies === null ? request.ip : this.#proxies.addressOf(request);
    const address = ip === undefined ? null : normalizeAddress(ip, this.options.ipv6Prefix);
    if (address !== null) return address;
    throw new RateLimitKeyError(
      `A rate limit by 'ip' found no address in this ${context.getType<string>()} call: check the 'trust proxy' ` +
        'setting or rateLimit.trustedProxies, or give the policy another key.',
    );
  }

  #user(context: ExecutionContext): string {
    const user: unknown = this.options.user(requestOf(context)) ?? '';
    const subject = segmentText(user);
    // What has no text of its own would make one subject of everybody.
    if (subject === null) throw noUserId(user);
    if (subject !== '') return subject;
    throw new RateLimitCallerError(
      `A rate limit by 'user' found no user. If the client was authenticated, put @RateLimit above ` +
        '@UseGuards(<your authentication>) so that it runs after it, or tell rateLimit.user where the user is.',
    );
  }

  #apiKey(context: ExecutionContext): string {
    const { apiKeyHeader } = this.options;
    const value = headerOf(context, apiKeyHeader);
    if (value !== null) return value;
    throw new RateLimitCallerError(
      `A rate limit by 'api-key' found no header ${apiKeyHeader}: let the client send its key there, once.`,
    );
  }

  #header(name: string, context: ExecutionContext): string {
    const value = headerOf(context, name);
    if (value !== null) return value;
    throw new RateLimitHeaderError(name);
  }
}

/** Is null for a header that is missing, empty or there several times. */
function headerOf(context: ExecutionContext, name: string): string | null {
  const value = requestOf(context).headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function noUserId(user: unknown): RateLimitKeyError {
  return new RateLimitKeyError(
    `A rate limit by 'user' found a user's id that is ${typeName(user)}: an id must be a string, a finite number, ` +
      'a bigint or a boolean. Let rateLimit.user answer one, such as request.user.id.toString().',
  );
}

function checked(subject: unknown): string {
  if (typeof subject === 'string' && subject !== '') return subject;
  throw new RateLimitKeyError('The key function of a rate limit must answer a text that is not empty.');
}
