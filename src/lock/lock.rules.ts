import { DURATION_FORM, readDuration, type Duration } from '../common/duration.js';
import { IsText, rule } from '../common/option-rules.js';

/** A shorter lease could end before its answer arrives; a longer one would outlive the memory of its fence. */
const TTL_MS = [10, 86_400_000] as const;
const WAIT_MS = [1, 86_400_000] as const;

const isWithin = (value: unknown, [min, max]: readonly [number, number]): boolean => {
  const ms = readDuration(value);
  return ms !== null && ms >= min && ms <= max;
};

/** Accepts how long a lease lasts. @internal */
export const IsTtl = (): PropertyDecorator =>
  rule({
    name: 'isLockTtl',
    mustBe: `from '10ms' to '1d': ${DURATION_FORM}`,
    accepts: (value) => isWithin(value, TTL_MS),
  });

/** Accepts how long to wait, or false. @internal */
export const IsWait = (): PropertyDecorator =>
  rule({
    name: 'isLockWait',
    mustBe: `false, or at most '1d': ${DURATION_FORM}`,
    accepts: (value) => value === false || isWithin(value, WAIT_MS),
  });

/** Accepts the name of an owner. @internal */
export const IsOwner = (): PropertyDecorator =>
  IsText(/^[^\p{Cc}]{1,200}$/u, 'a text of 1 to 200 characters without control characters');

/** Accepts how long a lock is kept at least. @internal */
export const IsLeastTime = (): PropertyDecorator =>
  rule({
    name: 'isLockLeastTime',
    mustBe: `from '10ms' to '1d', and no longer than 'atMostFor': ${DURATION_FORM}`,
    accepts: (value, { atMostFor }: { atMostFor?: Duration }) =>
      isWithin(value, TTL_MS) && (readDuration(value) ?? 0) <= (readDuration(atMostFor) ?? Infinity),
  });

/** Accepts for how long a thread may keep a lock. @internal */
export const IsWorkerChoice = (): PropertyDecorator =>
  rule({
    name: 'isWorkerChoice',
    mustBe: `{ max } with at most '1d', and not beside 'renew: false'; max is ${DURATION_FORM}`,
    accepts: (value, { renew }: { renew?: boolean }) => {
      if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'max') return false;
      return isWithin((value as { max: unknown }).max, TTL_MS) && renew !== false;
    },
  });

/** Accepts an AbortSignal. @internal */
export const IsAbortSignal = (): PropertyDecorator =>
  rule({
    name: 'isAbortSignal',
    mustBe: 'an AbortSignal',
    accepts: (value) => value instanceof AbortSignal,
  });
