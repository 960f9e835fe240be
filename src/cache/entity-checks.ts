import { Inject, Injectable } from '@nestjs/common';
import { BootChecks } from '../common/boot-checks.js';
import type { OptionProblem } from '../common/errors.js';
import { DecoratedProviders } from '../connection/decorated-providers.js';
import type { CacheEngine } from './cache-engine.js';
import { CACHE_ENGINE } from './cache.constants.js';
import { CACHED_METADATA } from './cached-method.js';
import type { EntityMaker } from './entity-templates.js';
import { INVALIDATE_CACHE_METADATA } from './invalidation-plan.js';

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
    checks.add(() => [...this.#check(CACHED_METADATA), ...this.#check(INVALIDATE_CACHE_METADATA)]);
  }

  *#check(metadataKey: symbol): Iterable<OptionProblem> {
    const found = this.decorated.methods<{ readonly entity: EntityMaker | null }>(metadataKey);
    for (const { type, methodName, metadata } of found) {
      const message =
        metadata.entity === null ? null : this.engine.entities.problemOf(metadata.entity.entity);
      if (message !== null) yield { path: `${type.name}.${methodName}`, message };
    }
  }
}
