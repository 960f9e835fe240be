import { Injectable } from '@nestjs/common';

/** Holds what the process environment says, read once at the edge. */
@Injectable()
export class Environment {
  readonly port = Number(read('PORT') ?? 3000);

  /** Is the folder of the database; without one, the database lives in memory and is seeded afresh at every start. */
  readonly dataDir = read('DATA_DIR');

  /** Opens the admin routes; without one, a random token is made and logged at start. */
  readonly adminToken = read('ADMIN_TOKEN');

  /** Signs login tokens; without one, they end with the process. */
  readonly authSecret = read('AUTH_SECRET');

  /** Is a Redis for what may be evicted; it goes together with `redisStateUrl`. */
  readonly redisCacheUrl = read('REDIS_CACHE_URL');

  /** Is a Redis for what must not be evicted, such as locks and limits. */
  readonly redisStateUrl = read('REDIS_STATE_URL');

  /** Hides personal data in keys and signs confirmations; without one, a random one is made at start. */
  readonly redisSecret = read('REDIS_SECRET');
}

function read(name: string): string | undefined {
  return process.env[name] || undefined;
}
