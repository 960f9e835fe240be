import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { RateLimitGuard, RedisModule } from 'nestjs-redis-suite';
import { RedisAdminModule } from 'nestjs-redis-suite/admin';
import { AnalyticsModule } from './analytics/analytics.module.js';
import { AdminGuard } from './auth/admin.guard.js';
import { AuthModule } from './auth/auth.module.js';
import { IdentityGuard } from './auth/identity.guard.js';
import { CatalogModule } from './catalog/catalog.module.js';
import { ConfigurationModule } from './configuration/configuration.module.js';
import { Database } from './database/database.js';
import { DatabaseModule } from './database/database.module.js';
import { Environment } from './environment/environment.js';
import { EnvironmentModule } from './environment/environment.module.js';
import { HealthModule } from './health/health.module.js';
import { LicensingModule } from './licensing/licensing.module.js';
import { MessagingModule } from './messaging/messaging.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { PeopleModule } from './people/people.module.js';
import { ProjectsModule } from './projects/projects.module.js';
import { ADMIN_PATH } from './redis/admin-docs.js';
import { FreshCache } from './redis/fresh-cache.js';
import { redisOptions } from './redis/redis.options.js';
import { RoyaltiesModule } from './royalties/royalties.module.js';

@Module({
  imports: [
    EnvironmentModule,
    DatabaseModule,
    RedisModule.forRootAsync({ inject: [Environment, Database], useFactory: redisOptions }),
    RedisAdminModule.forRoot({
      path: ADMIN_PATH,
      guards: [AdminGuard],
      authorize: () => 'the holder of ADMIN_TOKEN',
      imports: [AuthModule],
    }),
    HealthModule,
    AuthModule,
    ConfigurationModule,
    PeopleModule,
    ProjectsModule,
    LicensingModule,
    CatalogModule,
    OrdersModule,
    RoyaltiesModule,
    MessagingModule,
    AnalyticsModule,
  ],
  providers: [
    FreshCache,
    // In this order: the limit for all routes counts users.
    { provide: APP_GUARD, useClass: IdentityGuard },
    { provide: APP_GUARD, useClass: RateLimitGuard },
  ],
})
export class AppModule {}
