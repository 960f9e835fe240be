import { decoratedMethod } from '../common/decorated-method.js';
import { SuiteEvents } from '../common/events.js';
import { wrapMethod } from '../common/method-wrapper.js';
import { assertOptions } from '../common/option-validation.js';
import { injectRuntime, runtimeOf, type SuiteRuntime } from '../connection/runtime.js';
import { WITH_LOCK_METADATA } from './lock.constants.js';
import { LockBusyError, LockContextError, LockTimeoutError } from './lock.errors.js';
import { refusalOf } from './lock-refusal.js';
import { compileResource, type LockedResource, type ResourceOf } from './lock-resource.js';
import type { LockOptions } from './lock.options.js';
import { LockService } from './lock.service.js';
import { WithLockOptions, type OnBusy } from './with-lock.options.js';

/** Is a method whose end can be awaited, as `@WithLock` needs. @publicApi */
export type LockableMethod = (...args: never[]) => Promise<unknown>;

/** Is shown by the compiler when the function that names the resource does not take what the method takes. @publicApi */
export interface ResourceDoesNotFitTheMethod {
  readonly 'the function that names the resource does not fit the parameters of this method': never;
}

/** Is `@WithLock(…)`: it compiles on methods that return a promise and whose parameters fit. @publicApi */
export type WithLockDecorator<Resource> = <Method extends LockableMethod>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Method> &
    (Resource extends LockedResource<Parameters<Method>> ? unknown : ResourceDoesNotFitTheMethod),
) => void;

/** Is what `@WithLock` leaves on a method. @internal */
export interface WithLockMethod {
  /** Is `Class.method`. */
  readonly label: string;
  readonly resourceOf: ResourceOf;
  /** Is for the lock service, always the same object. */
  readonly options: LockOptions;
  readonly onBusy: OnBusy;
}

/**
 * Runs each call of a method while it holds a lock, over all instances of the application. Inside, `currentLock()`
 * answers the lock.
 *
 * @param resource is a template (`'inventory:{id}'`, `'inventory:{0}'`), a list of them to lock all at once, or a function
 * of the method's arguments that answers a name or several.
 * @throws {InvalidOptionsError} at class definition when an option is bad or the template names no parameter.
 * @throws {LockContextError} at the call when no application owns the instance.
 * @throws {LockTimeoutError} at the call when the lock did not become free within `wait`.
 * @throws {LockBusyError} at the call when the lock is held, with `onBusy: 'throw'`.
 * @throws {RedisUnavailableError} at the call when Redis cannot be reached; the method has not run then. On handlers of
 * WebSocket and microservice messages these three are a WsException or RpcException, which clients can see.
 * @example
 * ```ts
 * @WithLock('inventory:{id}', { ttl: '30s' })
 * async reserve(id: string, quantity: number): Promise<void> { … }
 *
 * @WithLock((order: Order) => `payout:${order.creator}`, { onBusy: 'skip' })
 * async payOut(order: Order): Promise<void> { … }
 * ```
 * @publicApi
 */
export function WithLock<const Resource extends LockedResource>(
  resource: Resource,
  options: WithLockOptions = {},
): WithLockDecorator<Resource> {
  return (target, key, descriptor) => {
    const decorated = decoratedMethod('@WithLock', target, [key, descriptor]);
    assertOptions(WithLockOptions, options, `@WithLock on ${decorated.label}`);
    const { onBusy = 'wait', ...rest } = options;
    const method: WithLockMethod = Object.freeze({
      label: decorated.label,
      resourceOf: compileResource(resource, decorated),
      options: Object.freeze(onBusy === 'wait' ? rest : { wait: false as const, ...rest }),
      onBusy,
    });
    wrapMethod(descriptor, (self, args, proceed) => {
      const runtime = runtimeOf(self);
      // The handler's own decorators may stand above this one, on the method as the instance has it.
      const handler = () => Reflect.get(self, key) as unknown;
      if (runtime !== undefined) return callLocked(runtime, method, { args, proceed, handler });
      return Promise.reject(new LockContextError(outside(method.label)));
    });
    Reflect.defineMetadata(WITH_LOCK_METADATA, method, descriptor.value as object);
    injectRuntime(target);
  };
}

interface Call {
  readonly args: readonly unknown[];
  readonly proceed: () => unknown;
  readonly handler: () => unknown;
}

async function callLocked(
  runtime: SuiteRuntime,
  method: WithLockMethod,
  { args, proceed, handler }: Call,
): Promise<unknown> {
  const call = { hasStarted: false };
  const work = () => {
    call.hasStarted = true;
    return proceed();
  };
  try {
    return await runtime.resolve(LockService).withLock(method.resourceOf(args), work, method.options);
  } catch (error) {
    // The method may throw the same errors, about a lock of its own.
    if (call.hasStarted) throw error;
    const wasHeld = error instanceof LockBusyError || error instanceof LockTimeoutError;
    if (method.onBusy !== 'skip' || !wasHeld) throw await refusalOf(handler(), error);
    runtime.resolve(SuiteEvents).emit('lock:skipped', { method: method.label });
    return undefined;
  }
}

function outside(label: string): string {
  return (
    `${label} is under @WithLock, but its instance belongs to no application with RedisModule: ` +
    'let Nest make the instance, and import RedisModule.forRoot() once.'
  );
}
