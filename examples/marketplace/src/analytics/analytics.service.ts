import { Injectable } from '@nestjs/common';
import { Cached } from 'nestjs-redis-suite';
import {
  AnalyticsRepository,
  type CategorySales,
  type CreatorSales,
  type DaySales,
} from './analytics.repository.js';

@Injectable()
export class AnalyticsService {
  constructor(private readonly analytics: AnalyticsRepository) {}

  @Cached('5m')
  sales(days: number): Promise<DaySales[]> {
    return this.analytics.sales(days);
  }

  @Cached('5m')
  topCreators(days: number): Promise<CreatorSales[]> {
    return this.analytics.topCreators(days);
  }

  @Cached('5m')
  categories(days: number): Promise<CategorySales[]> {
    return this.analytics.categories(days);
  }
}
