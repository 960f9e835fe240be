import 'reflect-metadata';
import { Injectable, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';

/** Is a method that carries a decorator's metadata, as found in the assembled application. @internal */
export interface FoundMethod<M> {
  /** Is the class of the provider or controller. */
  readonly type: Type;
  readonly moduleName: string;
  /** Is the one instance of the class; null when there is none yet, or one for each request. */
  readonly instance: object | null;
  /** Is the method's name; for one named by a symbol, that symbol's text. */
  readonly methodName: string;
  readonly method: object;
  readonly metadata: M;
  /** Is false for REQUEST scope and whatever depends on it. */
  readonly isStatic: boolean;
  readonly isController: boolean;
}

/** Is a provider or controller with the name of the module that hosts it. @internal */
export interface FoundClass {
  readonly type: Type;
  readonly moduleName: string;
  readonly wrapper: InstanceWrapper;
  readonly isController: boolean;
}

/**
 * Walks the providers and controllers of the assembled application, for boot-time checks and for instances that Nest
 * did not build itself.
 *
 * @internal
 */
@Injectable()
export class DecoratedProviders {
  constructor(private readonly modules: ModulesContainer) {}

  /** Lists every provider and controller that has a class. */
  *classes(): Iterable<FoundClass> {
    for (const module of this.modules.values()) {
      for (const wrapper of module.providers.values()) yield* found(wrapper, module.name, false);
      for (const wrapper of module.controllers.values()) yield* found(wrapper, module.name, true);
    }
  }

  /**
   * Lists the classes of providers and controllers as they were scanned, which is known before anything is built. To
   * look at an instance so early, or to ask for its scope, would make Nest remember a wrong answer.
   */
  *scanned(): Iterable<Type> {
    for (const module of this.modules.values()) {
      for (const { metatype } of [...module.providers.values(), ...module.controllers.values()]) {
        if (typeof metatype === 'function' && metatype.prototype !== undefined) yield metatype as Type;
      }
    }
  }

  /** Lists the methods of a class, inherited ones included. */
  *scannedMethods(type: Type): Iterable<NewableFunction> {
    for (const [, method] of methodsOf(type.prototype as object)) yield method as NewableFunction;
  }

  /** Lists the instances that exist once in the application. */
  *instances(): Iterable<object> {
    for (const { wrapper } of this.classes()) {
      const instance = instanceOf(wrapper);
      if (instance !== null) yield instance;
    }
  }

  /** Lists the methods whose function carries `metadataKey`, inherited ones included. */
  *methods<M>(metadataKey: string | symbol): Iterable<FoundMethod<M>> {
    for (const { type, moduleName, wrapper, isController } of this.classes()) {
      for (const [methodName, method] of methodsOf(type.prototype as object)) {
        const metadata = Reflect.getOwnMetadata(metadataKey, method) as M | undefined;
        if (metadata === undefined) continue;
        yield {
          type,
          moduleName,
          instance: instanceOf(wrapper),
          methodName,
          method,
          metadata,
          isController,
          isStatic: wrapper.isDependencyTreeStatic(),
        };
      }
    }
  }
}

function* found(wrapper: InstanceWrapper, moduleName: string, isController: boolean): Iterable<FoundClass> {
  const type = classOf(wrapper);
  if (type !== null) yield { type, moduleName, wrapper, isController };
}

function instanceOf(wrapper: InstanceWrapper): object | null {
  const instance = wrapper.isDependencyTreeStatic() ? (wrapper.instance as unknown) : null;
  return typeof instance === 'object' ? instance : null;
}

/** A `useFactory` provider's metatype is the factory, so its class is read off what the instance was made by. */
function classOf(wrapper: InstanceWrapper): Type | null {
  const instance = instanceOf(wrapper);
  const type =
    instance === null ? wrapper.metatype : (Object.getPrototypeOf(instance) as object | null)?.constructor;
  return typeof type === 'function' && type.prototype !== undefined ? (type as Type) : null;
}

/** Lists methods by name and by symbol, inherited ones included; Nest's own scanner leaves out symbols. */
function* methodsOf(prototype: object): Iterable<[string, object]> {
  const seen = new Set<string | symbol>(['constructor']);
  let at: object | null = prototype;
  for (; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    for (const key of Reflect.ownKeys(at)) {
      if (seen.has(key)) continue;
      seen.add(key);
      const method = Object.getOwnPropertyDescriptor(at, key)?.value as unknown;
      if (typeof method === 'function') yield [String(key), method];
    }
  }
}
