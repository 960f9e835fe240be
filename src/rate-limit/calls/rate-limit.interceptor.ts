import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { finalize, tap, type Observable } from 'rxjs';
import { openCallOf, type HandlerEnd } from './open-call.js';

/**
 * Stands between the guards and a handler whose limits have something to do before or after it. It knows no
 * application: what is to be done hangs on the call.
 *
 * @internal
 */
export const CALL_INTERCEPTOR: NestInterceptor = {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const call = openCallOf(context);
    if (call === undefined) return next.handle();
    await call.begin();
    let end: HandlerEnd = {};
    return next.handle().pipe(
      tap({ next: (result: unknown) => (end = { result }), error: (error: unknown) => (end = { error }) }),
      finalize(() => void call.handlerEnded(end)),
    );
  },
};
