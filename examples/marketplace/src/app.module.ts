import { Module } from '@nestjs/common';
import { AnalyticsModule } from './analytics/analytics.module.js';
import { AuthModule } from './auth/auth.module.js';
import { CatalogModule } from './catalog/catalog.module.js';
import { ConfigurationModule } from './configuration/configuration.module.js';
import { DatabaseModule } from './database/database.module.js';
import { EnvironmentModule } from './environment/environment.module.js';
import { HealthModule } from './health/health.module.js';
import { LicensingModule } from './licensing/licensing.module.js';
import { MessagingModule } from './messaging/messaging.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { PeopleModule } from './people/people.module.js';
import { ProjectsModule } from './projects/projects.module.js';
import { RoyaltiesModule } from './royalties/royalties.module.js';

@Module({
  imports: [
    EnvironmentModule,
    DatabaseModule,
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
})
export class AppModule {}
