import { Injectable } from '@nestjs/common';
import { BootChecks } from '../../common/boot-checks.js';
import { InvalidOptionsError, type OptionProblem } from '../../common/errors.js';
import { assertOptions } from '../../common/option-validation.js';
import { DecoratedProviders, type FoundMethod } from '../../connection/decorated-providers.js';
import { CACHE_WARMER_METADATA, type WarmerMark } from './cache-warmer.decorator.js';
import { WarmOptions, type WarmProgress } from './warm-progress.js';
import { WarmRun, type Warmer } from './warm-run.js';

type Found = FoundMethod<WarmerMark>;

const DEFAULT_CONCURRENCY = 4;
const REQUEST_SCOPED = 'is @CacheWarmer in a request-scoped class, but warming belongs to no request';

/**
 * Knows the methods with `@CacheWarmer`, and runs them.
 *
 * @internal
 */
@Injectable()
export class CacheWarmers {
  constructor(
    private readonly decorated: DecoratedProviders,
    checks: BootChecks,
  ) {
    checks.add(() => [...this.#problems()]);
  }

  /**
   * Runs the warmers of these names, or all, one after the other.
   *
   * @throws {InvalidOptionsError} when there is no warmer of a name, or an option is bad.
   */
  async *warm(names: readonly string[] | undefined, options: WarmOptions): AsyncGenerator<WarmProgress> {
    assertOptions(WarmOptions, options, 'warm');
    const warmers = this.#choose(names);
    for (const warmer of warmers)
      yield* new WarmRun(warmer, options.concurrency ?? DEFAULT_CONCURRENCY).progress();
  }

  #choose(names: readonly string[] | undefined): Warmer[] {
    const all = new Map([...this.#found()].map((found) => [found.metadata.name, found]));
    const known = all.size === 0 ? 'no method has @CacheWarmer' : `there are ${[...all.keys()].join(', ')}`;
    const unknown = (names ?? []).filter((name) => !all.has(name));
    const problems = unknown.map((name) => ({ path: name, message: `is no cache warmer; ${known}` }));
    if (problems.length > 0) throw new InvalidOptionsError('warm', problems);
    return [...all.values()]
      .filter(({ metadata }) => names === undefined || names.includes(metadata.name))
      .map(toWarmer);
  }

  *#problems(): Iterable<OptionProblem> {
    const methods = new Map<string, string>();
    for (const { type, methodName, metadata, isStatic } of this.#found()) {
      const path = `${type.name}.${methodName}`;
      const other = methods.get(metadata.name);
      if (!isStatic) yield { path, message: REQUEST_SCOPED };
      if (other !== undefined && other !== path)
        yield { path, message: `is the cache warmer '${metadata.name}', and so is ${other}; rename one` };
      methods.set(metadata.name, path);
    }
  }

  #found(): Iterable<Found> {
    return this.decorated.methods<WarmerMark>(CACHE_WARMER_METADATA);
  }
}

function toWarmer({ metadata, method, instance }: Found): Warmer {
  return { name: metadata.name, call: () => Reflect.apply(method as () => unknown, instance, []) };
}
