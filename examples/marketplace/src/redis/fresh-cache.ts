import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { CacheService, CacheUnavailableError } from 'nestjs-redis-suite';
import { Database } from '../database/database.js';

/** Empties the cache when the database has just been filled: what an earlier one has left there is true no more. */
@Injectable()
export class FreshCache implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly cache: CacheService,
  ) {}

  async onModuleInit(): Promise<void> {
    if (!this.database.isNew) return;
    try {
      await this.cache.clear();
    } catch (error) {
      if (!(error instanceof CacheUnavailableError)) throw error;
      new Logger('Redis').warn('Redis is away; what it may hold from an earlier start could not be removed.');
    }
  }
}
