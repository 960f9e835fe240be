import { Inject, Injectable } from '@nestjs/common';
import { BootChecks } from '../../common/boot-checks.js';
import type { OptionProblem } from '../../common/errors.js';
import { DecoratedProviders } from '../../connection/decorated-providers.js';
import type { CacheEngine } from '../cache-engine.js';
import { CACHE_ENGINE } from '../cache.constants.js';
import { CACHED_METADATA, type CachedMethod } from '../decorators/cached-method.js';
import type { EntityMaker } from '../decorators/entity-templates.js';
import { INVALIDATE_CACHE_METADATA, type InvalidationPlan } from '../invalidation/invalidation-plan.js';

/**
 * Checks at boot that the entities which decorators name are defined.
 *
 * @internal
 */
@Injectable()
export class EntityChecks {
  constructor(
    private readonly decorated: DecoratedProviders,
    @Inject(CACHE_ENGINE) private readonly engine: CacheEngine,
    checks: BootChecks,
  ) {
    checks.add(() => [
      ...this.#check<CachedMethod>(CACHED_METADATA, (method) => [method]),
      ...this.#check<readonly InvalidationPlan[]>(INVALIDATE_CACHE_METADATA, (plans) => plans),
    ]);
  }

  *#check<M>(
    metadataKey: symbol,
    namersOf: (metadata: M) => readonly { readonly entity: EntityMaker | null }[],
  ): Iterable<OptionProblem> {
    for (const { type, methodName, metadata } of this.decorated.methods<M>(metadataKey)) {
      for (const { entity } of namersOf(metadata)) {
        const message = entity === null ? null : this.engine.entities.problemOf(entity.entity);
        if (message !== null) yield { path: `${type.name}.${methodName}`, message };
      }
    }
  }
}
