import { decoratedMethod } from '../../common/decorated-method.js';
import { assertOptions } from '../../common/option-validation.js';
import { IsText } from '../../common/option-rules.js';

/** Is the key of the metadata that `@CacheWarmer` puts on a method: its `WarmerMark`. @internal */
export const CACHE_WARMER_METADATA = Symbol.for('nestjs-redis-suite:cache-warmer');

/** Is what `@CacheWarmer` leaves on a method. @internal */
export class WarmerMark {
  @IsText(/\S/, 'a text that is not empty')
  readonly name!: string;
}

/**
 * Marks a method of a provider that fills the cache, for `CacheService.warm` and the command line. It is called without
 * arguments.
 *
 * What it returns says what is to be done: functions, from a list or a generator, run a few at a time, and each is a
 * step that succeeds or fails by itself. A method that returns anything else is one step.
 *
 * @throws {InvalidOptionsError} at class definition when the name is empty; at boot when two methods have one name, or
 * the class is request-scoped.
 * @example
 * ```ts
 * @CacheWarmer('products')
 * async *warm() {
 *   for (const id of await this.products.popularIds()) yield () => this.find(id);
 * }
 * ```
 * @publicApi
 */
export function CacheWarmer(name: string): MethodDecorator {
  return (target, key, descriptor) => {
    const { label } = decoratedMethod('@CacheWarmer', target, [key, descriptor]);
    const mark: WarmerMark = Object.freeze({ name });
    assertOptions(WarmerMark, mark, `@CacheWarmer on ${label}`);
    Reflect.defineMetadata(CACHE_WARMER_METADATA, mark, descriptor.value as object);
  };
}
