import { Inject, Injectable } from '@nestjs/common';
import { toError } from '../../common/errors.js';
import { SuiteEvents } from '../../common/events.js';
import { CacheUnavailableError } from '../cache.errors.js';
import type { CacheEngine } from '../cache-engine.js';
import { CACHE_ENGINE } from '../cache.constants.js';
import { CacheService } from '../cache.service.js';
import type { InvalidationPlan } from '../invalidation/invalidation-plan.js';

/**
 * Runs methods with `@InvalidateCache` and invalidates what they say.
 *
 * @internal
 */
@Injectable()
export class InvalidatingCalls {
  /** Is its own, so that an application's tests may put something else in the place of theirs. */
  readonly #cache: CacheService;

  constructor(
    @Inject(CACHE_ENGINE) engine: CacheEngine,
    private readonly events: SuiteEvents,
  ) {
    this.#cache = new CacheService(engine);
  }

  /** Runs the method; with `when: 'after'` nothing is invalidated if it fails. */
  async call(plan: InvalidationPlan, args: readonly unknown[], proceed: () => unknown): Promise<unknown> {
    if (plan.when === 'before') await this.#invalidate(plan, args, undefined);
    const result = await proceed();
    if (plan.when === 'after') await this.#invalidate(plan, args, result);
    return result;
  }

  /** What the method did is done, so nothing that goes wrong here may look like a failure of it. */
  async #invalidate(plan: InvalidationPlan, args: readonly unknown[], result: unknown): Promise<void> {
    const steps = [
      async () => this.#cache.invalidateTags(...plan.tags(args, result)),
      async () => this.#cache.delete(...plan.keys(args, result)),
      async () => {
        if (plan.entity === null) return;
        const { entity, id } = plan.entity;
        await this.#cache.invalidateEntity(entity, id(args, result), plan.action);
      },
      async () => {
        for (const pattern of plan.patterns(args, result)) await this.#cache.deletePattern(pattern);
      },
    ];
    await Promise.all(steps.map((step) => this.#attempt(plan, step)));
  }

  async #attempt({ label }: InvalidationPlan, step: () => Promise<unknown>): Promise<void> {
    try {
      await step();
    } catch (error) {
      // Already told as `cache:error`.
      if (error instanceof CacheUnavailableError) return;
      this.events.emit('suite:error', { where: `@InvalidateCache on ${label}`, error: toError(error) });
    }
  }
}
