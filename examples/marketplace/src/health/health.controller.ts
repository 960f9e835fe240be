import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { RedisHealthIndicator, SkipRateLimit } from 'nestjs-redis-suite';
import { DatabaseHealthIndicator } from './database.health.js';

@ApiTags('health')
@SkipRateLimit()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly database: DatabaseHealthIndicator,
    private readonly redis: RedisHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  @ApiOperation({ summary: 'Tell whether the marketplace works; it does without Redis' })
  check() {
    return this.health.check([() => this.database.isHealthy('database')]);
  }

  @Get('redis')
  @HealthCheck()
  @ApiOperation({ summary: 'Tell how Redis does' })
  checkRedis() {
    return this.health.check([() => this.redis.isHealthy('redis')]);
  }
}
