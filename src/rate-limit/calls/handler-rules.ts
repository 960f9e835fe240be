import 'reflect-metadata';
import { Injectable, type ExecutionContext } from '@nestjs/common';
import { BoundRules, type BoundRule } from './bound-rules.js';
import { narrowed } from '../policies/policy-group.js';
import { RATE_LIMIT_METADATA, SKIP_RATE_LIMIT_METADATA } from '../rate-limit.constants.js';
import type {
  RateLimitEntry,
  RateLimitMetadata,
  SkipRateLimitMetadata,
} from '../policies/rate-limit-entry.js';

type Handler = ReturnType<ExecutionContext['getHandler']>;
type HandlerClass = ReturnType<ExecutionContext['getClass']>;

/**
 * Knows which rules apply to a handler, in each of the two phases.
 *
 * @internal
 */
@Injectable()
export class HandlerRules {
  readonly #early = new WeakMap<Handler, Map<HandlerClass, readonly BoundRule[]>>();

  constructor(private readonly bound: BoundRules) {}

  /** Returns what `RateLimitGuard` applies by itself: the default, and whatever counts addresses. */
  early(context: ExecutionContext): readonly BoundRule[] {
    const [handler, type] = [context.getHandler(), context.getClass()];
    const byClass = this.#early.get(handler) ?? new Map<HandlerClass, readonly BoundRule[]>();
    const known = byClass.get(type) ?? this.#findEarly(handler, type);
    this.#early.set(handler, byClass.set(type, known));
    return isField(context) ? known.filter((rule) => rule !== this.bound.default) : known;
  }

  /** Returns what the guard that an `@RateLimit` has brought in applies. */
  attached(entry: RateLimitEntry, context: ExecutionContext): readonly BoundRule[] {
    const isOfMethod = entriesOf(context.getHandler()).includes(entry);
    return isOfMethod
      ? this.bound.of(entry)
      : this.#withoutSkipped(this.bound.of(entry), context.getHandler());
  }

  #findEarly(handler: Handler, type: HandlerClass): readonly BoundRule[] {
    const everywhere = this.bound.default === undefined ? [] : [this.bound.default];
    const onClass = entriesOf(type).flatMap((entry) => this.bound.of(entry));
    const onMethod = entriesOf(handler).flatMap((entry) => this.bound.of(entry));
    const outside = [...this.#withoutSkipped(everywhere, type), ...onClass.filter(isByAddress)];
    return [...this.#withoutSkipped(outside, handler), ...onMethod.filter(isByAddress)];
  }

  /** Leaves out what `@SkipRateLimit` on a class or method skips. */
  #withoutSkipped(rules: readonly BoundRule[], element: object): readonly BoundRule[] {
    const skipped = Reflect.getMetadata(SKIP_RATE_LIMIT_METADATA, element) as
      SkipRateLimitMetadata | undefined;
    if (skipped === undefined) return rules;
    if (skipped.policies.length === 0) return [];
    return rules.flatMap((rule) => narrowed(rule, (name) => !skipped.policies.includes(name)) ?? []);
  }
}

function entriesOf(element: object): readonly RateLimitEntry[] {
  return (Reflect.getMetadata(RATE_LIMIT_METADATA, element) as RateLimitMetadata | undefined)?.entries ?? [];
}

/** What is taken only after all guards is left to the guard that the decorator brings in. */
function isByAddress({ key, permit }: BoundRule): boolean {
  return permit === null && (key === undefined || key === 'ip');
}

/** A field of an object is part of a call that has been counted at its root. */
function isField(context: ExecutionContext): boolean {
  if (context.getType<string>() !== 'graphql') return false;
  const info = context.getArgByIndex<{ readonly path?: { readonly prev?: unknown } } | undefined>(3);
  return info?.path?.prev !== undefined;
}
