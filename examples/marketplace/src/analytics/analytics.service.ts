import { Injectable } from '@nestjs/common';
import { Cached, LockService, type Semaphore } from 'nestjs-redis-suite';
import { keys } from '../redis/keys.js';
import {
  AnalyticsRepository,
  type CategorySales,
  type CreatorSales,
  type DaySales,
} from './analytics.repository.js';

@Injectable()
export class AnalyticsService {
  /** Lets two exports run at a time, over all instances: they read much, and other customers wait for the database. */
  private readonly exports: Semaphore;

  constructor(
    private readonly analytics: AnalyticsRepository,
    locks: LockService,
  ) {
    this.exports = locks.semaphore(keys.lock.exports(), 2, { ttl: keys.lock.exports.ttl, wait: '5s' });
  }

  @Cached('5m')
  sales(days: number): Promise<DaySales[]> {
    return this.analytics.sales(days);
  }

  /** Reads the sales from the database, as they are now. */
  exportSales(days: number): Promise<string> {
    return this.exports.withPermit(async () => {
      const rows = await this.analytics.sales(days);
      const lines = rows.map(({ day, purchases, revenueCents }) => `${day},${purchases},${revenueCents}`);
      return ['day,purchases,revenue in cents', ...lines, ''].join('\n');
    });
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
