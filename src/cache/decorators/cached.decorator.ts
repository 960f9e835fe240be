import type { Duration } from '../../common/duration.js';
import { decoratedMethod } from '../../common/decorated-method.js';
import { wrapMethod } from '../../common/method-wrapper.js';
import { injectRuntime, runtimeOf } from '../../connection/runtime.js';
import { CachedCalls } from './cached-calls.js';
import { CACHED_METADATA, createCachedMethod } from './cached-method.js';
import type { CachedOptions } from './cached-options.js';
import type { AsyncMethod, OnlyKnown, OptionsDoNotFitTheMethod } from './decorated-types.js';

/** Is `@Cached(…)`: it compiles on methods that return a promise and whose parameters fit the options. @publicApi */
export type CachedDecorator<Options> = <Method extends AsyncMethod>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Method> &
    (Options extends CachedOptions<Parameters<Method>, Awaited<ReturnType<Method>>>
      ? unknown
      : OptionsDoNotFitTheMethod),
) => void;

/**
 * Caches what a method of a provider or controller returns, for each of its arguments apart, in all instances of the
 * application; on a controller the arguments are those after pipes, and guards come first.
 *
 * Outside a Nest container the method just runs.
 *
 * @throws {InvalidOptionsError} at class definition when an option is bad, a template names no parameter, or the
 * method has `@Res()` without passthrough, `@Next()`, or `@Req()` without a key.
 * @example
 * ```ts
 * @Cached('1h')
 * async categories(): Promise<Category[]> { … }
 *
 * @Cached({ key: 'user:{id}', ttl: '1h', tags: ['users'] })
 * async findUser(id: string): Promise<User | null> { … }
 * ```
 * @publicApi
 */
export function Cached(ttl?: Duration): CachedDecorator<object>;
export function Cached<const Options extends CachedOptions & object>(
  options: OnlyKnown<Options, CachedOptions>,
): CachedDecorator<Options>;
export function Cached(options: Duration | CachedOptions = {}): CachedDecorator<object> {
  const given: CachedOptions = typeof options === 'object' ? options : { ttl: options };
  return (target, key, descriptor) => {
    const method = createCachedMethod(decoratedMethod('@Cached', target, [key, descriptor]), given);
    wrapMethod(descriptor, (self, args, proceed) => {
      const runtime = runtimeOf(self);
      return runtime === undefined
        ? proceed()
        : runtime.resolve(CachedCalls).call(method, { self, args, proceed });
    });
    Reflect.defineMetadata(CACHED_METADATA, method, descriptor.value as object);
    injectRuntime(target);
  };
}
