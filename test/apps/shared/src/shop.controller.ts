import { Body, Controller, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { RateLimit, RedisHealthIndicator, SkipRateLimit } from 'nestjs-redis-suite';
import { ShopService, type Item } from './shop.service.js';

@Controller()
export class ShopController {
  constructor(
    private readonly shop: ShopService,
    private readonly health: HealthCheckService,
    private readonly redis: RedisHealthIndicator,
  ) {}

  @Get('items/:id')
  find(@Param('id') id: string): Promise<Item | null> {
    return this.shop.find(id);
  }

  @Patch('items/:id')
  rename(@Param('id') id: string, @Body() body: { name: string }): Promise<void> {
    return this.shop.rename(id, body.name);
  }

  @Post('login')
  @HttpCode(204)
  @RateLimit('login')
  login(): void {}

  @Post('report')
  report(): Promise<string> {
    return this.shop.report();
  }

  @Get('health')
  @SkipRateLimit()
  @HealthCheck()
  check() {
    return this.health.check([() => this.redis.isHealthy('redis')]);
  }
}
