import { Injectable } from '@nestjs/common';
import {
  AnalyticsRepository,
  type CategorySales,
  type CreatorSales,
  type DaySales,
} from './analytics.repository.js';

@Injectable()
export class AnalyticsService {
  constructor(private readonly analytics: AnalyticsRepository) {}

  sales(days: number): Promise<DaySales[]> {
    return this.analytics.sales(days);
  }

  topCreators(days: number): Promise<CreatorSales[]> {
    return this.analytics.topCreators(days);
  }

  categories(days: number): Promise<CategorySales[]> {
    return this.analytics.categories(days);
  }
}
