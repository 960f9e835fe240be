import { decoratedMethod } from '../../common/decorated-method.js';
import { wrapMethod } from '../../common/method-wrapper.js';
import { injectRuntime, runtimeOf } from '../../connection/runtime.js';
import type { AsyncMethod, OnlyKnown, OptionsDoNotFitTheMethod } from './decorated-types.js';
import type { InvalidateCacheOptions } from './invalidate-cache-options.js';
import { InvalidatingCalls } from './invalidating-calls.js';
import {
  createInvalidationPlan,
  INVALIDATE_CACHE_METADATA,
  type InvalidationPlan,
} from '../invalidation/invalidation-plan.js';

/** Is `@InvalidateCache(…)`: it compiles on methods that return a promise and whose parameters fit. @publicApi */
export type InvalidateCacheDecorator<Options> = <Method extends AsyncMethod>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Method> &
    (Options extends InvalidateCacheOptions<Parameters<Method>> ? unknown : OptionsDoNotFitTheMethod),
) => void;

/**
 * Invalidates cached values when a method of a provider or controller succeeds, before its caller goes on. A failure
 * of Redis does not reach the caller: it is the event `cache:error`, and the entries live on until their ttl.
 *
 * Outside a Nest container the method just runs.
 *
 * @throws {InvalidOptionsError} at class definition when an option is bad or a template names no parameter.
 * @example
 * ```ts
 * @InvalidateCache({ keys: ['user:{id}'], tags: ['users'] })
 * async updateUser(id: string, changes: UserChanges): Promise<User> { … }
 *
 * @InvalidateCache({ keys: ['user:{result.id}'] })
 * async createUser(user: NewUser): Promise<User> { … }
 * ```
 * @publicApi
 */
export function InvalidateCache<const Options extends InvalidateCacheOptions>(
  options: OnlyKnown<Options, InvalidateCacheOptions>,
): InvalidateCacheDecorator<Options> {
  return (target, key, descriptor) => {
    const plan = createInvalidationPlan(
      decoratedMethod('@InvalidateCache', target, [key, descriptor]),
      options,
    );
    wrapMethod(descriptor, (self, args, proceed) => {
      const runtime = runtimeOf(self);
      return runtime === undefined ? proceed() : runtime.resolve(InvalidatingCalls).call(plan, args, proceed);
    });
    const method = descriptor.value as object;
    const below = Reflect.getOwnMetadata(INVALIDATE_CACHE_METADATA, method) as
      readonly InvalidationPlan[] | undefined;
    Reflect.defineMetadata(INVALIDATE_CACHE_METADATA, Object.freeze([plan, ...(below ?? [])]), method);
    injectRuntime(target);
  };
}
