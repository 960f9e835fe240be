import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { AnyLimitRule, RateLimitRule } from 'nestjs-redis-suite';
import type { MaybeAuthUser } from '../auth/auth-user.js';
import type { Sql } from '../database/sql.js';

/** Holds for every route: a thousand calls an hour for each user, and for each address of those not logged in. */
export const API_LIMIT: RateLimitRule = { name: 'api', limit: 1_000, window: '1h', key: callerOf };

/** Makes the limits that routes ask for by name: `@RateLimit('login')`. */
export function rateLimits(sql: Pick<Sql, 'row'>) {
  return {
    login: { limit: 5, window: '15m', key: emailOf, count: 'failures' },
    search: { limit: 30, window: '1m' },
    upload: { limit: 50, window: '1h', key: 'user' },
    message: { limit: 100, window: '1h', key: 'user' },
    chat: { limit: 20, window: '1m', key: 'user' },
    // Creators keep books. Who has just become one waits no longer for it than `limitTtl`.
    export: {
      limit: async (userId) => ((await isCreator(sql, userId)) ? 100 : 10),
      limitTtl: '1m',
      window: '1h',
      key: 'user',
    },
    exporting: { concurrency: 1, key: 'user' },
  } satisfies Record<string, AnyLimitRule>;
}

async function isCreator(sql: Pick<Sql, 'row'>, userId: string): Promise<boolean> {
  return (await sql.row('select 1 from creators where user_id = $1', [Number(userId)])) !== undefined;
}

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
