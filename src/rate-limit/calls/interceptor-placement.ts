import 'reflect-metadata';
import { Injectable, UseInterceptors } from '@nestjs/common';
import { DecoratedProviders } from '../../connection/decorated-providers.js';
import { BoundRules } from './bound-rules.js';
import { RateLimitPolicies } from '../policies/rate-limit-policies.js';
import type { RateLimitEntry, RateLimitMetadata } from '../policies/rate-limit-entry.js';
import { RATE_LIMIT_METADATA } from '../rate-limit.constants.js';
import { CALL_INTERCEPTOR } from './rate-limit.interceptor.js';

const INTERCEPTORS = '__interceptors__';

/**
 * Puts the interceptor onto those handlers whose limits have something to do before or after them, and spares the
 * others its cost. What a policy's name stands for is known only now; Nest reads the metadata after this, when it makes
 * the routes.
 *
 * @internal
 */
@Injectable()
export class InterceptorPlacement {
  constructor(
    decorated: DecoratedProviders,
    private readonly rules: BoundRules,
    private readonly policies: RateLimitPolicies,
  ) {
    for (const type of decorated.scanned()) {
      const onClass = Reflect.getMetadata(RATE_LIMIT_METADATA, type) as RateLimitMetadata | undefined;
      this.#place(type, onClass);
      for (const method of decorated.scannedMethods(type)) {
        this.#place(method, Reflect.getOwnMetadata(RATE_LIMIT_METADATA, method) as typeof onClass);
      }
    }
  }

  #place(element: NewableFunction, metadata: RateLimitMetadata | undefined): void {
    if (metadata?.entries.some((entry) => this.#isWatched(entry)) !== true) return;
    const known = Reflect.getMetadata(INTERCEPTORS, element) as unknown[] | undefined;
    if (known?.includes(CALL_INTERCEPTOR) !== true) UseInterceptors(CALL_INTERCEPTOR)(element);
  }

  #isWatched(entry: RateLimitEntry): boolean {
    const isKnown = entry.rules.every(
      (rule) => typeof rule !== 'string' || this.policies.find(rule) !== undefined,
    );
    return isKnown && this.rules.of(entry).some(({ after, permit }) => after !== null || permit !== null);
  }
}
