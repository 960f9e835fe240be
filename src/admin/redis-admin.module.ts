import { Module, type DynamicModule } from '@nestjs/common';
import { AdminAudit } from './admin-audit.js';
import { AdminCacheController } from './admin-cache.controller.js';
import { AdminHealthController } from './admin-health.controller.js';
import { AdminLockController } from './admin-lock.controller.js';
import { AdminRateLimitController } from './admin-rate-limit.controller.js';
import { ADMIN_MODULE_OPTIONS } from './admin.constants.js';
import { resolveAdminOptions, type RedisAdminOptions } from './admin.options.js';
import { CacheFlush } from './cache-flush.js';
import { Confirmations } from './confirmations.js';
import { mountController } from './mount-controller.js';

const ROUTES = [AdminHealthController, AdminCacheController, AdminLockController, AdminRateLimitController];

/**
 * Serves the admin routes of Redis to operators: health, metrics, statistics, locks and limits to look at, and the cache to
 * flush. It stands beside `RedisModule` and is closed unless guards are given.
 *
 * @example
 * ```ts
 * @Module({ imports: [RedisModule.forRoot(), RedisAdminModule.forRoot({ guards: [OperatorGuard] })] })
 * export class AppModule {}
 * ```
 * @publicApi
 */
@Module({})
export class RedisAdminModule {
  /**
   * Mounts the routes.
   *
   * @throws {InvalidOptionsError} when an option is bad, or there is neither a guard nor `allowUnauthenticated`; at
   * boot, when NODE_ENV is `production` and `RedisModule` has no `secret`.
   */
  static forRoot(options: RedisAdminOptions = {}): DynamicModule {
    const resolved = resolveAdminOptions(options);
    return {
      module: RedisAdminModule,
      imports: options.imports ?? [],
      providers: [
        { provide: ADMIN_MODULE_OPTIONS, useValue: resolved },
        Confirmations,
        AdminAudit,
        CacheFlush,
      ],
      controllers: ROUTES.map((routes) => mountController(routes, resolved)),
    };
  }
}
