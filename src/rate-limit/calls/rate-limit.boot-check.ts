import 'reflect-metadata';
import { Injectable, type Type } from '@nestjs/common';
import { BootChecks } from '../../common/boot-checks.js';
import type { OptionProblem } from '../../common/errors.js';
import { DecoratedProviders, type FoundMethod } from '../../connection/decorated-providers.js';
import { hasHandlers, isHandler } from './handler-metadata.js';
import { RateLimitPolicies } from '../policies/rate-limit-policies.js';
import type {
  RateLimitEntry,
  RateLimitMetadata,
  SkipRateLimitMetadata,
} from '../policies/rate-limit-entry.js';
import {
  DEFAULT_RATE_LIMIT_POLICY,
  RATE_LIMIT_METADATA,
  SKIP_RATE_LIMIT_METADATA,
} from '../rate-limit.constants.js';
import { knownPolicies } from '../rate-limit.errors.js';
import { isByArguments } from '../subjects/subject-kind.js';

const NO_HANDLERS = 'stands on a class without handlers, where it does nothing; put it on the methods';
const NO_KEY =
  'stands on a service method and needs a key function: nothing but the arguments tells who calls, for example ' +
  '{ key: (call) => call.getArgByIndex(0) }';
const SHARED_NAME =
  'would share its counters with another class of the same name; give the policy a name of its own';
const STANDS_TWICE =
  'stands there more than once without names, so that they would share a counter; give one @RateLimit a list, or each a name';

/** Is all that stands on one class or method. */
type Place = readonly RateLimitEntry[];

/**
 * Looks through the assembled application for limits that could not work: names of no policy, service methods without a
 * key function, classes without handlers, and unnamed policies that would share their counters by accident.
 *
 * @internal
 */
@Injectable()
export class RateLimitBootCheck {
  constructor(
    checks: BootChecks,
    private readonly decorated: DecoratedProviders,
    private readonly policies: RateLimitPolicies,
  ) {
    checks.add(() => this.#findProblems());
  }

  #findProblems(): OptionProblem[] {
    const problems = [
      ...this.policies.overrideProblems,
      ...this.#onClasses(),
      ...this.#onMethods(),
      ...this.#onSkips(),
      ...this.#sharedNames(),
    ];
    return [...new Map(problems.map((problem) => [`${problem.path} ${problem.message}`, problem])).values()];
  }

  *#onClasses(): Iterable<OptionProblem> {
    for (const { type } of this.decorated.classes()) {
      for (const entry of entriesOf(type)) {
        yield* this.#unknown(pathOf(entry), entry.rules);
        if (!hasHandlers(type)) yield { path: pathOf(entry), message: NO_HANDLERS };
      }
    }
  }

  *#onMethods(): Iterable<OptionProblem> {
    for (const { method, metadata } of this.#limitedMethods()) {
      for (const entry of metadata.entries) {
        yield* this.#unknown(pathOf(entry), entry.rules);
        if (!isHandler(method) && !this.#hasKeys(entry)) yield { path: pathOf(entry), message: NO_KEY };
      }
    }
  }

  *#onSkips(): Iterable<OptionProblem> {
    const rules = this.#places().flatMap((place) => place.flatMap((entry) => entry.rules));
    const inPlace = rules.flatMap((rule) => (typeof rule === 'string' ? [] : rule.policy.name));
    // Some applications have a default only where they are deployed.
    inPlace.push(DEFAULT_RATE_LIMIT_POLICY);
    for (const { type } of this.decorated.classes()) {
      const onClass = Reflect.getMetadata(SKIP_RATE_LIMIT_METADATA, type) as
        SkipRateLimitMetadata | undefined;
      yield* this.#unknown(`@SkipRateLimit on ${type.name}`, beyond(inPlace, onClass?.policies ?? []));
    }
    for (const found of this.decorated.methods<SkipRateLimitMetadata>(SKIP_RATE_LIMIT_METADATA)) {
      yield* this.#unknown(
        `@SkipRateLimit on ${found.type.name}.${found.methodName}`,
        beyond(inPlace, found.metadata.policies),
      );
    }
  }

  /** Policies without a name are counted under that of their place, which same-named classes would share. */
  *#sharedNames(): Iterable<OptionProblem> {
    const owners = new Map<string, { readonly entry: RateLimitEntry; readonly place: Place }>();
    for (const place of this.#places()) {
      for (const entry of place) {
        for (const { policy } of entry.rules.filter((rule) => typeof rule !== 'string')) {
          if (policy.isNamed) continue;
          const owner = owners.get(policy.name) ?? { entry, place };
          owners.set(policy.name, owner);
          if (owner.entry === entry) continue;
          yield { path: pathOf(entry), message: owner.place === place ? STANDS_TWICE : SHARED_NAME };
        }
      }
    }
  }

  #places(): Place[] {
    const onClasses = [...this.decorated.classes()].map(({ type }) => entriesOf(type));
    return [...onClasses, ...[...this.#limitedMethods()].map(({ metadata }) => metadata.entries)];
  }

  #limitedMethods(): Iterable<FoundMethod<RateLimitMetadata>> {
    return this.decorated.methods<RateLimitMetadata>(RATE_LIMIT_METADATA);
  }

  *#unknown(path: string, names: readonly unknown[]): Iterable<OptionProblem> {
    for (const name of names) {
      if (typeof name !== 'string' || this.policies.find(name) !== undefined) continue;
      const message = `names no policy with '${name}'; ${knownPolicies(this.policies.names)}`;
      yield { path, message };
    }
  }

  #hasKeys({ key, rules }: RateLimitEntry): boolean {
    if (key !== undefined) return isByArguments(key);
    return rules.every((rule) => {
      const own = typeof rule === 'string' ? this.policies.find(rule) : rule;
      return own === undefined || isByArguments(own.key);
    });
  }
}

function entriesOf(type: Type): readonly RateLimitEntry[] {
  return (Reflect.getMetadata(RATE_LIMIT_METADATA, type) as RateLimitMetadata | undefined)?.entries ?? [];
}

function beyond(known: readonly string[], names: readonly string[]): readonly string[] {
  return names.filter((name) => !known.includes(name));
}

function pathOf({ label }: RateLimitEntry): string {
  return `@RateLimit on ${label}`;
}
