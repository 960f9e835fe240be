import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Observable, tap } from 'rxjs';
import { CacheTrace } from '../stats/cache-trace.js';

const HEADER = 'X-Cache';

/**
 * Tells in `X-Cache` how the cache answered an HTTP request; requests that did not use it get no header.
 *
 * @internal
 */
@Injectable()
export class CacheHeaderInterceptor implements NestInterceptor {
  constructor(
    private readonly trace: CacheTrace,
    private readonly host: HttpAdapterHost,
  ) {}

  /** Follows the handler, and sets the header before its result is sent. */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const response = context.switchToHttp().getResponse<unknown>();
    return new Observable((subscriber) =>
      this.trace.run((outcome) =>
        next
          .handle()
          .pipe(tap(() => this.#expose(response, outcome())))
          .subscribe(subscriber),
      ),
    );
  }

  #expose(response: unknown, outcome: string | undefined): void {
    const { httpAdapter } = this.host;
    if (outcome === undefined || httpAdapter.isHeadersSent(response)) return;
    httpAdapter.setHeader(response, HEADER, outcome);
  }
}
