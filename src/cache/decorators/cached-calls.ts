import { Inject, Injectable } from '@nestjs/common';
import { encodeKey } from '../../common/keys/key-encoding.js';
import { structuralKey } from '../../common/keys/structural-key.js';
import { UncacheableResultError } from '../cache.errors.js';
import type { CacheEngine } from '../cache-engine.js';
import { CACHE_ENGINE } from '../cache.constants.js';
import { CacheService } from '../cache.service.js';
import type { CachedMethod } from './cached-method.js';
import { CachedOwners } from './cached-owners.js';
import type { LoadContext } from '../load/load-context.js';
import { NOT_KEPT } from '../l1/l1-tier.js';
import { singleUseKind } from './single-use-result.js';

/** Is one call of a decorated method. @internal */
export interface DecoratedCall {
  readonly self: object;
  readonly args: readonly unknown[];
  /** Runs the method. */
  readonly proceed: () => unknown;
}

/**
 * Answers calls of methods with `@Cached`.
 *
 * @internal
 */
@Injectable()
export class CachedCalls {
  /** Is its own, so that an application's tests may put something else in the place of theirs. */
  readonly #cache: CacheService;

  constructor(
    @Inject(CACHE_ENGINE) engine: CacheEngine,
    private readonly owners: CachedOwners,
  ) {
    this.#cache = new CacheService(engine);
  }

  /** Answers a call from the cache or by running the method, once. */
  async call(method: CachedMethod, { self, args, proceed }: DecoratedCall): Promise<unknown> {
    const run = async () => {
      const result = await proceed();
      const kind = singleUseKind(result);
      if (kind !== null) throw new UncacheableResultError(method.label, kind);
      return result;
    };
    if (method.condition?.(...args) === false) return run();
    const { name, unless, storage, entity } = method;
    const key =
      method.key === null ? structuralKey(this.owners.of(self, method), args) : encodeKey(method.key(args));
    const kept = this.#cache.kept(key, storage, name);
    if (kept !== NOT_KEPT) return kept;
    const options = {
      ...storage,
      tags: method.tags(args),
      ...(entity !== null && { entity: [entity.entity, entity.id(args)] as const }),
    };
    const load = async (context: LoadContext) => {
      const result = await run();
      if (unless?.(result, ...args) === true) context.skip();
      return result;
    };
    return this.#cache.load(key, { load, setsTags: false, name }, options);
  }
}
