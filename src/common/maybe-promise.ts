/** Is a value, or the promise of one. @internal */
export type MaybePromise<T> = T | Promise<T>;

/** Tells whether a value has to be waited for: promises, and what passes for one, as queries of databases do. @internal */
export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | null | undefined)?.then === 'function';
}

/** Goes on with a value: at once, or, with the promise of one, when it is there. @internal */
export function andThen<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
