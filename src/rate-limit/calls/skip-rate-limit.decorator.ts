import 'reflect-metadata';
import { decoratedMethod, type DecoratedMethod } from '../../common/decorated-method.js';
import type { AnyMethod } from '../../common/method-wrapper.js';
import type { SkipRateLimitMetadata } from '../policies/rate-limit-entry.js';
import { SKIP_RATE_LIMIT_METADATA } from '../rate-limit.constants.js';

/**
 * Leaves a handler, or the handlers of a class, out of limits that come from outside: on a method those of its class
 * and `rateLimit.default`, on a class the latter. What `@RateLimit` says at the same place still holds.
 *
 * @param policies the names of what is skipped, `'default'` among them. @default everything
 * @example
 * ```ts
 * @SkipRateLimit()
 * @Get('health')
 * health() {}
 * ```
 * @publicApi
 */
export function SkipRateLimit(...policies: readonly string[]): ClassDecorator & MethodDecorator {
  const metadata: SkipRateLimitMetadata = Object.freeze({ policies: Object.freeze([...policies]) });
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    const element =
      key === undefined ? target : methodOf(decoratedMethod('@SkipRateLimit', target, [key, descriptor]));
    Reflect.defineMetadata(SKIP_RATE_LIMIT_METADATA, metadata, element);
  };
}

function methodOf({ descriptor }: DecoratedMethod): AnyMethod {
  return descriptor.value as AnyMethod;
}
