import { Injectable, type Type } from '@nestjs/common';
import { BootChecks } from '../../common/boot-checks.js';
import { InvalidOptionsError, type OptionProblem } from '../../common/errors.js';
import type { EncodedKey } from '../../common/keys/encoded-key.js';
import { encodeKey } from '../../common/keys/key-encoding.js';
import { DecoratedProviders } from '../../connection/decorated-providers.js';
import { CACHED_METADATA, type CachedMethod } from './cached-method.js';

const MEND = "give its @Cached methods a 'key'";

/**
 * Names the owners of default keys: the class of the instance, the method, and the class that declares it, so that an
 * override and what it overrides have keys of their own.
 *
 * Classes of one name are told apart by the names of their modules; a class that was not there at boot, from a lazy
 * module for example, always carries its module's name, since nobody knows yet what else will come.
 *
 * @internal
 */
@Injectable()
export class CachedOwners {
  readonly #labels = new Map<Type, string>();
  #problems: readonly OptionProblem[] | null = null;
  readonly #owners = new WeakMap<CachedMethod, WeakMap<Type, EncodedKey>>();

  constructor(
    private readonly decorated: DecoratedProviders,
    checks: BootChecks,
  ) {
    checks.add(() => this.#boot());
  }

  /** Returns what the default key of a method begins with. @throws {InvalidOptionsError} when it cannot be unique. */
  of(self: object, method: CachedMethod): EncodedKey {
    const type = (Object.getPrototypeOf(self) as { constructor: Type }).constructor;
    const known = this.#owners.get(method) ?? new WeakMap<Type, EncodedKey>();
    const owner = known.get(type) ?? encodeKey(this.#name(type, method));
    this.#owners.set(method, known.set(type, owner));
    return owner;
  }

  #name(type: Type, { target, methodName }: CachedMethod): string[] {
    const own = `${this.#label(type)}.${methodName}`;
    let depth = 0;
    for (let at: object | null = type.prototype as object; at !== null && at !== target; depth++) {
      at = Object.getPrototypeOf(at) as object | null;
    }
    return depth === 0 ? [own] : [own, `${target.constructor.name}^${depth}`];
  }

  #label(type: Type): string {
    this.#boot();
    return this.#labels.get(type) ?? this.#labelLate(type);
  }

  /** Labels the classes there are, once, and lists what stands against it. */
  #boot(): readonly OptionProblem[] {
    this.#problems ??= this.#labelAll();
    return this.#problems;
  }

  #labelAll(): OptionProblem[] {
    const modules = new Map<Type, string>();
    const problems: OptionProblem[] = [];
    const found = this.decorated.methods<CachedMethod>(CACHED_METADATA);
    for (const { type, moduleName, methodName, metadata, isStatic } of found) {
      if (metadata.key !== null) continue;
      if (!isStatic) problems.push({ path: `${type.name}.${methodName}`, message: REQUEST_SCOPED });
      if (!modules.has(type)) modules.set(type, moduleName);
    }
    for (const [type, moduleName] of modules) {
      const isShared = [...modules.keys()].some((other) => other !== type && other.name === type.name);
      const problem = this.#assign(type, isShared ? `${moduleName}.${type.name}` : type.name);
      if (problem !== null) problems.push(problem);
    }
    return problems;
  }

  #labelLate(type: Type): string {
    const found = [...this.decorated.classes()].find((candidate) => candidate.type === type);
    const label = `${found?.moduleName ?? ''}.${type.name}`;
    const problem = this.#assign(type, label);
    if (problem !== null) throw new InvalidOptionsError('@Cached', [problem]);
    return label;
  }

  #assign(type: Type, label: string): OptionProblem | null {
    const isTaken = [...this.#labels.values()].includes(label);
    if (type.name === '') return { path: label, message: `is a class without a name; ${MEND}` };
    if (isTaken) return { path: label, message: `is the name of two classes; rename one or ${MEND}` };
    this.#labels.set(type, label);
    return null;
  }
}

const REQUEST_SCOPED =
  "is @Cached in a request-scoped class: what the request decides is not among its arguments; give it a 'key' that holds it";
