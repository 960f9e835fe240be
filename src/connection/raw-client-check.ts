import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { BootChecks } from '../common/boot-checks.js';
import type { OptionProblem } from '../common/errors.js';
import { ConnectionRegistry } from './connection-registry.js';
import { connectionOfRedisToken } from './connection.tokens.js';

/**
 * Finds at boot who injects the raw client of a connection that has none, because it speaks REST.
 *
 * @internal
 */
@Injectable()
export class RawClientCheck {
  constructor(
    checks: BootChecks,
    private readonly modules: ModulesContainer,
    private readonly registry: ConnectionRegistry,
  ) {
    checks.add(() => [...this.#problems()]);
  }

  *#problems(): Iterable<OptionProblem> {
    for (const module of this.modules.values()) {
      for (const collection of [module.providers, module.controllers, module.injectables])
        for (const wrapper of collection.values())
          for (const connection of this.#refusedBy(wrapper))
            yield { path: `${String(wrapper.name)} in ${module.name}`, message: messageOf(connection) };
    }
  }

  #refusedBy(wrapper: InstanceWrapper): string[] {
    return dependenciesOf(wrapper)
      .map(({ token }) => connectionOfRedisToken(token))
      .filter((name) => name !== null)
      .filter((name) => this.registry.find(name)?.topology === 'rest');
  }
}

/** Nest has none of these lists for what has no dependency, whatever its types say. */
function dependenciesOf(wrapper: InstanceWrapper): InstanceWrapper[] {
  const parameters = wrapper.getCtorMetadata() as (InstanceWrapper | undefined)[] | undefined;
  const properties = wrapper.getPropertiesMetadata() as { wrapper: InstanceWrapper }[] | undefined;
  return [...(parameters ?? []), ...(properties ?? []).map((property) => property.wrapper)].filter(
    (dependency) => dependency !== undefined,
  );
}

function messageOf(connection: string): string {
  return (
    `injects the raw client of '${connection}', but that connection speaks REST and has none; ` +
    'use the services of this library there, or connect over TCP'
  );
}
