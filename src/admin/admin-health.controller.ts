import { Get, HttpStatus, Injectable, Res } from '@nestjs/common';
import type { RedisHealth } from '../health/redis-health.js';
import { RedisHealthIndicator } from '../health/redis-health.indicator.js';
import { RedisMonitor } from '../monitoring/redis-monitor.js';
import type { RedisSnapshot } from '../monitoring/redis-snapshot.js';
import { AdminRoute } from './admin-route.decorator.js';
import type { AdminResponse } from './admin-request.js';

/** Shows how Redis does, also while it is away. @internal */
@Injectable()
export class AdminHealthController {
  constructor(
    private readonly indicator: RedisHealthIndicator,
    private readonly monitor: RedisMonitor,
  ) {}

  /** Answers 503 when a server is down. */
  @Get('health')
  @AdminRoute('health:read')
  async health(@Res({ passthrough: true }) response: AdminResponse): Promise<RedisHealth> {
    const { redis } = await this.indicator.isHealthy('redis');
    if (redis.status === 'down') response.status(HttpStatus.SERVICE_UNAVAILABLE);
    return redis;
  }

  /** Answers what this process does with Redis, and what the servers say of themselves. */
  @Get('metrics')
  @AdminRoute('metrics:read')
  metrics(): Promise<RedisSnapshot> {
    return this.monitor.snapshot();
  }
}
