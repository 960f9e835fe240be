import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { BootChecks } from '../../common/boot-checks.js';
import type { OptionProblem } from '../../common/errors.js';
import { DecoratedProviders } from '../../connection/decorated-providers.js';
import type { RateLimitMetadata } from '../policies/rate-limit-entry.js';
import { RATE_LIMIT_METADATA } from '../rate-limit.constants.js';

/** Is how GraphQL's module names its options. */
const GRAPHQL_OPTIONS = 'GqlModuleOptions';
const RESOLVES_FIELD = 'graphql:resolve_property';
const NO_GUARDS =
  "stands on a field, where GraphQL runs no guards, so it would limit nothing; give GraphQLModule fieldResolverEnhancers: ['guards']";

interface GraphqlOptions {
  readonly fieldResolverEnhancers?: readonly string[];
}

/**
 * Finds limits on fields of GraphQL objects that nobody would enforce.
 *
 * @internal
 */
@Injectable()
export class FieldGuardBootCheck {
  constructor(
    checks: BootChecks,
    private readonly decorated: DecoratedProviders,
    private readonly modules: ModulesContainer,
  ) {
    checks.add(() => (this.#guardsFields() ? [] : [...this.#unguarded()]));
  }

  #guardsFields(): boolean {
    const options = [...this.modules.values()].flatMap(
      ({ providers }) => (providers.get(GRAPHQL_OPTIONS)?.instance as GraphqlOptions | undefined) ?? [],
    );
    return options.some(({ fieldResolverEnhancers }) => fieldResolverEnhancers?.includes('guards'));
  }

  *#unguarded(): Iterable<OptionProblem> {
    for (const { method, metadata } of this.decorated.methods<RateLimitMetadata>(RATE_LIMIT_METADATA)) {
      if (!Reflect.hasOwnMetadata(RESOLVES_FIELD, method)) continue;
      for (const { label } of metadata.entries) yield { path: `@RateLimit on ${label}`, message: NO_GUARDS };
    }
  }
}
