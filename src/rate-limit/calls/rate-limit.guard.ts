import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HandlerLimits, type Refusal } from './handler-limits.js';

const SETTLED = Promise.resolve();

/**
 * Applies rate limits to handlers: HTTP on Express and Fastify, GraphQL, WebSocket messages and microservices.
 *
 * `@RateLimit` brings it in by itself, at its own place among the guards. As a global guard (`APP_GUARD`), or with
 * `@UseGuards`, it applies `rateLimit.default` to every handler, and the policies that count addresses ahead of the
 * other guards. A policy counts a call once, whichever way it is reached.
 *
 * Refuses with 429 over HTTP (503 when the policy cannot be checked and says `onRedisDown: 'deny'`), and with the
 * exception of its own in each other context.
 *
 * @example
 * ```ts
 * providers: [{ provide: APP_GUARD, useClass: RateLimitGuard }]
 * ```
 * @publicApi
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(private readonly limits: HandlerLimits) {}

  /** Lets the call go on, or refuses it. @throws {RateLimitException} over HTTP; elsewhere the context's exception. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const refusal = this.limits.enforce(context);
    if (refusal === null) return true;
    return refusal instanceof Promise ? refusal.then(conclude) : rejected(refusal);
  }
}

function conclude(refusal: Refusal | null): true | Promise<never> {
  return refusal === null ? true : rejected(refusal);
}

/**
 * A throw would have V8 look for where it comes from, and a promise that is rejected before anybody waits for it has Node
 * look for who does not.
 */
function rejected({ thrown }: Refusal): Promise<never> {
  return new Promise((_, reject) => void SETTLED.then(() => reject(thrown as Error)));
}
