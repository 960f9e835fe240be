import { Global, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Environment } from '../environment/environment.js';
import { Database } from './database.js';
import { openDatabase } from './open-database.js';
import { QueryCountInterceptor } from './query-count.interceptor.js';

@Global()
@Module({
  providers: [
    { provide: Database, inject: [Environment], useFactory: openDatabase },
    { provide: APP_INTERCEPTOR, useClass: QueryCountInterceptor },
  ],
  exports: [Database],
})
export class DatabaseModule {}
