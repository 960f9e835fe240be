import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { RateLimitRule } from 'nestjs-redis-suite';
import type { MaybeAuthUser } from '../auth/auth-user.js';

/** Holds for every route: a thousand calls an hour for each user, and for each address of those not logged in. */
export const API_LIMIT: RateLimitRule = { name: 'api', limit: 1_000, window: '1h', key: callerOf };

/** Holds the limits that routes ask for by name: `@RateLimit('login')`. */
export const RATE_LIMITS = {
  login: { limit: 5, window: '15m', key: emailOf, count: 'failures' },
  search: { limit: 30, window: '1m' },
  upload: { limit: 50, window: '1h', key: 'user' },
  message: { limit: 100, window: '1h', key: 'user' },
  chat: { limit: 20, window: '1m', key: 'user' },
} satisfies Record<string, RateLimitRule>;

function callerOf(context: ExecutionContext): string {
  const { user, ip } = context.switchToHttp().getRequest<Request & MaybeAuthUser>();
  return user ? `user ${user.id}` : `guest ${ip ?? 'without an address'}`;
}

/** Is the address that is tried, however it is written; the library stores only an HMAC of it. Guards come before validation. */
function emailOf(context: ExecutionContext): string {
  const { body } = context.switchToHttp().getRequest<{ body?: { email?: unknown } }>();
  const email = typeof body?.email === 'string' ? body.email.trim().toLowerCase() : '';
  return email || 'no address';
}
