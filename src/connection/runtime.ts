import { Inject, Injectable, Optional, type OnApplicationShutdown, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';

/** Is the token of the application's `SuiteRuntime`; registered, so that the ESM and CommonJS builds share it. @internal */
export const SUITE_RUNTIME = Symbol.for('nestjs-redis-suite:runtime');

const PROPERTY = Symbol.for('nestjs-redis-suite:runtime-of-instance');

/**
 * Leads a decorated method to the services of the application that owns its instance.
 *
 * @internal
 */
@Injectable()
export class SuiteRuntime implements OnApplicationShutdown {
  readonly #services = new Map<Type, object>();
  #isClosed = false;

  constructor(private readonly moduleRef: ModuleRef) {}

  /** Returns the application's instance of a service. O(1) after the first call. */
  resolve<T extends object>(service: Type<T>): T {
    const known = this.#services.get(service);
    if (known !== undefined) return known as T;
    const resolved = this.moduleRef.get<T>(service, { strict: false });
    this.#services.set(service, resolved);
    return resolved;
  }

  /** Says whether the application has been shut down. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Lets go of the adopted instances. */
  onApplicationShutdown(): void {
    this.#isClosed = true;
  }
}

/**
 * Makes Nest hand every instance of `target`'s class the runtime of its own application: a hidden, optional
 * property injection. It covers every scope, lazy modules and `ModuleRef.create`, holds no module-level service,
 * and is inherited by subclasses.
 *
 * @internal
 */
export function injectRuntime(target: object): void {
  if (PROPERTY in target) return;
  const runtimes = new WeakMap<object, SuiteRuntime>();
  Object.defineProperty(target, PROPERTY, {
    configurable: true,
    get(this: object) {
      return runtimes.get(this);
    },
    set(this: object, runtime: SuiteRuntime) {
      runtimes.set(this, runtime);
    },
  });
  Inject(SUITE_RUNTIME)(target, PROPERTY);
  Optional()(target, PROPERTY);
}

/**
 * Gives the runtime to an instance that Nest did not build itself, for example one from `useFactory`. One that several
 * applications share, by `useValue`, stays with the first of them until that is shut down.
 *
 * @internal
 */
export function adoptInstance(instance: object, runtime: SuiteRuntime): void {
  if (!(PROPERTY in instance)) return;
  const owner = runtimeOf(instance);
  if (owner === undefined || owner.isClosed) (instance as { [PROPERTY]?: SuiteRuntime })[PROPERTY] = runtime;
}

/** Returns the runtime of the application that owns `instance`; undefined outside a container. @internal */
export function runtimeOf(instance: object): SuiteRuntime | undefined {
  return (instance as { [PROPERTY]?: SuiteRuntime })[PROPERTY];
}
