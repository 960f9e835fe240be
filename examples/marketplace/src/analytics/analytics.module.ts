import { Module } from '@nestjs/common';
import { AnalyticsController } from './analytics.controller.js';
import { AnalyticsRepository } from './analytics.repository.js';
import { AnalyticsService } from './analytics.service.js';
import { StatsController } from './stats.controller.js';
import { StatsRepository } from './stats.repository.js';

@Module({
  controllers: [AnalyticsController, StatsController],
  providers: [AnalyticsService, AnalyticsRepository, StatsRepository],
})
export class AnalyticsModule {}
