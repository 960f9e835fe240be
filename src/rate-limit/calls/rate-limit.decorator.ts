import 'reflect-metadata';
import { UseGuards, type CanActivate } from '@nestjs/common';
import { decoratedMethod } from '../../common/decorated-method.js';
import { wrapMethod, type AnyMethod } from '../../common/method-wrapper.js';
import { injectRuntime, runtimeOf } from '../../connection/runtime.js';
import { callState } from './call-state.js';
import { entryOf, type RateLimitRef } from '../policies/entry-of.js';
import { isHandler } from './handler-metadata.js';
import type { RateLimitEntry, RateLimitMetadata } from '../policies/rate-limit-entry.js';
import { RATE_LIMIT_METADATA } from '../rate-limit.constants.js';
import { RateLimitUnboundError } from '../rate-limit.errors.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import type { RateLimitUse } from '../policies/rate-limit-use.options.js';
import { ServiceCallContext } from './service-call-context.js';
import { ServiceLimits } from './service-limits.js';

/**
 * Limits how often a handler, or each handler of a class, or a service method is called.
 *
 * On handlers it brings `RateLimitGuard` in, at its own place among the guards: to count users it must stand above
 * `@UseGuards(<your authentication>)`. A policy on a class counts the calls of all its handlers together. On a service
 * method it needs a key function, makes the method answer a promise, and throws `RateLimitExceededError`.
 *
 * @param rules a policy of `rateLimit.policies` by name, one written in place, or several: all windows count a call, or,
 * if one refuses it, none (each on its own when they differ in `key` or `cost`).
 * @param use says who is counted, and how much, in place of what the policies say.
 * @throws {InvalidOptionsError} at class definition when a rule cannot be used; names are checked at boot.
 * @example
 * ```ts
 * @RateLimit('login')
 * @RateLimit({ limit: 50, window: '1h', key: 'user' })
 * @RateLimit([{ limit: 10, window: '1s' }, { limit: 1000, window: '1h' }])
 * @RateLimit('email', { key: (call) => call.getArgByIndex<string>(0) })   // on a service method
 * ```
 * @publicApi
 */
export function RateLimit(rules: RateLimitRef, use: RateLimitUse = {}): ClassDecorator & MethodDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (key === undefined) limitClass(target as { name: string } & NewableFunction, rules, use);
    else limitMethod(rules, use, decoratedMethod('@RateLimit', target, [key, descriptor]));
  };
}

function limitClass(
  target: NewableFunction & { name: string },
  rules: RateLimitRef,
  use: RateLimitUse,
): void {
  const entry = entryOf(target.name, rules, use);
  addEntry(target, entry);
  UseGuards(announce(entry), RateLimitGuard)(target);
}

function limitMethod(
  rules: RateLimitRef,
  use: RateLimitUse,
  { target, key, descriptor, label }: ReturnType<typeof decoratedMethod>,
): void {
  const entry = entryOf(label, rules, use);
  injectRuntime(target);
  wrapMethod(descriptor, (self, args, proceed) => {
    const method = Reflect.get(target, key) as AnyMethod;
    return isHandler(method)
      ? proceed()
      : limitCall(entry, new ServiceCallContext(self, method, args), proceed);
  });
  const wrapped = descriptor.value as AnyMethod;
  addEntry(wrapped, entry);
  UseGuards(announce(entry), RateLimitGuard)(target, key, descriptor);
}

async function limitCall(
  entry: RateLimitEntry,
  context: ServiceCallContext,
  proceed: () => unknown,
): Promise<unknown> {
  const runtime = runtimeOf(context.self);
  if (runtime === undefined) throw new RateLimitUnboundError(entry.label);
  return runtime.resolve(ServiceLimits).run(entry, context, proceed);
}

function addEntry(element: object, entry: RateLimitEntry): void {
  const known = Reflect.getOwnMetadata(RATE_LIMIT_METADATA, element) as RateLimitMetadata | undefined;
  const metadata: RateLimitMetadata = Object.freeze({
    entries: Object.freeze([...(known?.entries ?? []), entry]),
  });
  Reflect.defineMetadata(RATE_LIMIT_METADATA, metadata, element);
}

/** Tells the guard that comes next which decorator has brought it in. */
function announce(entry: RateLimitEntry): CanActivate {
  return {
    canActivate: (context) => {
      callState(context).attached = entry;
      return true;
    },
  };
}
