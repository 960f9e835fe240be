import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { Observable, tap } from 'rxjs';
import { Database } from './database.js';

/** Says in `X-Sql-Queries` how many statements an answer has cost: 0 when it came from the cache. */
@Injectable()
export class QueryCountInterceptor implements NestInterceptor {
  constructor(private readonly database: Database) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse<Response>();
    return new Observable((subscriber) =>
      this.database.tally.within((count) => {
        const tell = () => response.setHeader('X-Sql-Queries', count());
        return next
          .handle()
          .pipe(tap({ next: tell, error: tell }))
          .subscribe(subscriber);
      }),
    );
  }
}
