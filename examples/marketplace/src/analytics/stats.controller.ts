import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Cached } from 'nestjs-redis-suite';
import { Database } from '../database/database.js';
import { keys } from '../redis/keys.js';
import { StatsRepository } from './stats.repository.js';

@ApiTags('analytics')
@Controller('stats')
export class StatsController {
  constructor(
    private readonly stats: StatsRepository,
    private readonly database: Database,
  ) {}

  @Get()
  @Cached({ key: keys.cache.stats, ttl: keys.cache.stats.ttl })
  @ApiOperation({ summary: 'Read how large the marketplace is' })
  read() {
    return this.stats.read();
  }

  @Get('queries')
  @ApiOperation({ summary: 'Read how many SQL statements have run since the start' })
  queries() {
    return { total: this.database.tally.total };
  }
}
