import { Module, type CanActivate, type DynamicModule, type ExecutionContext } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { RateLimitGuard, RedisModule, type RedisConnection } from 'nestjs-redis-suite';
import { RedisAdminModule } from 'nestjs-redis-suite/admin';
import { RawRedis } from './raw-redis.js';
import { ShopController } from './shop.controller.js';
import { ShopService } from './shop.service.js';

class OperatorGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest().headers['x-operator'] === 'yes';
  }
}

@Module({})
export class ShopModule {
  static on(connection: RedisConnection): DynamicModule {
    return {
      module: ShopModule,
      imports: [
        TerminusModule,
        RedisModule.forRootAsync({
          useFactory: () => ({
            connection,
            namespace: 'shop',
            cache: { exposeHeader: true },
            rateLimit: {
              // A busy test machine must not make the limits count in memory.
              decisionTimeout: '5s',
              default: { limit: 1_000, window: '1m' },
              policies: { login: { limit: 2, window: '1h' } },
            },
          }),
        }),
        RedisAdminModule.forRoot({ guards: [OperatorGuard] }),
      ],
      controllers: [ShopController],
      providers: [ShopService, RawRedis, { provide: APP_GUARD, useClass: RateLimitGuard }],
    };
  }
}
