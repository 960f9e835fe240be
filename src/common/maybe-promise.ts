/** Is a value, or the promise of one. @internal */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value: at once, or, with the promise of one, when it is there. @internal */
export function andThen<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
