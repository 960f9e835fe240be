import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { type RedisModuleOptions, redisOptionsFromEnv } from 'nestjs-redis-suite';
import type { Database } from '../database/database.js';
import type { Environment } from '../environment/environment.js';
import { marketplaceEntities } from './entities.js';
import { API_LIMIT, rateLimits } from './rate-limits.js';
import { RelatedIds } from './related-ids.js';

/** Makes the options of `RedisModule` from the environment. */
export function redisOptions(environment: Environment, database: Database): RedisModuleOptions {
  return {
    ...servers(environment),
    namespace: 'marketplace',
    secret: environment.redisSecret ?? randomSecret(),
    cache: { exposeHeader: true, entities: marketplaceEntities(new RelatedIds(database)) },
    rateLimit: { default: API_LIMIT, policies: rateLimits(database) },
  };
}

/** Takes a server for the cache and one for state, or one for both, or starts the embedded one. */
function servers({
  redisCacheUrl,
  redisStateUrl,
}: Environment): Pick<RedisModuleOptions, 'connection' | 'connections'> {
  if (redisCacheUrl && redisStateUrl) return { connections: { cache: redisCacheUrl, state: redisStateUrl } };
  if (redisCacheUrl ?? redisStateUrl)
    throw new Error('Set both REDIS_CACHE_URL and REDIS_STATE_URL, or only REDIS_URL for one server.');
  return { connection: redisOptionsFromEnv().connection ?? { embedded: true } };
}

function randomSecret(): string {
  new Logger('Redis').log(
    'REDIS_SECRET is not set; a random one is used, so the limits by e-mail address end with the process',
  );
  return randomBytes(32).toString('base64url');
}
