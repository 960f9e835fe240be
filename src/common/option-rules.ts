import { ValidateBy, ValidateIf, type ValidationArguments, type ValidationOptions } from 'class-validator';
import { DURATION_FORM, describeValue, readDuration } from './duration.js';
import { noteRule } from './quick-rules.js';

/** Says whether a value is good, and what it must be. @internal */
export interface OptionRule {
  readonly name: string;
  /** Completes the sentence "must be …". */
  readonly mustBe: string;
  /** Is asked with the options object that holds the value, for what goes only together with another option. */
  readonly accepts: (value: unknown, options: object) => boolean;
  /** Keeps the value out of the message. @default false */
  readonly secret?: boolean;
  /** Refuses undefined as well. @default false */
  readonly required?: boolean;
}

/**
 * Makes a property decorator for class-validator out of a rule; undefined is good, since options are optional, unless
 * the rule says `required`.
 *
 * @internal
 */
export function rule({
  name,
  mustBe,
  accepts,
  secret = false,
  required = false,
}: OptionRule): PropertyDecorator {
  const options: ValidationOptions = {
    message: ({ value }) => `must be ${mustBe}${secret ? '' : `; got ${describeValue(value)}`}`,
  };
  const present = ValidateIf((_, value) => value !== undefined);
  const validate = (value: unknown, args?: ValidationArguments) => accepts(value, args?.object ?? {});
  const check = ValidateBy({ name, validator: { validate } }, options);
  return (target, key) => {
    if (!required) present(target, key);
    check(target, key);
    noteRule(target, String(key), { accepts, required });
  };
}

/** Accepts a positive duration. @internal */
export const IsDuration = (): PropertyDecorator =>
  rule({ name: 'isDuration', mustBe: DURATION_FORM, accepts: (value) => readDuration(value) !== null });

/** Accepts a duration or `false`. @internal */
export const IsDurationOrFalse = (): PropertyDecorator =>
  rule({
    name: 'isDurationOrFalse',
    mustBe: `false, or ${DURATION_FORM}`,
    accepts: (value) => value === false || readDuration(value) !== null,
  });

/** Accepts whole numbers from `min` to `max`. @internal */
export const IsWholeNumber = (min: number, max: number = Number.MAX_SAFE_INTEGER): PropertyDecorator =>
  rule({
    name: 'isWholeNumber',
    mustBe:
      max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`,
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
  });

/** Accepts numbers from `min` to `max`. @internal */
export const IsFraction = (min: number, max: number): PropertyDecorator =>
  rule({
    name: 'isFraction',
    mustBe: `a number from ${min} to ${max}`,
    accepts: (value) => typeof value === 'number' && value >= min && value <= max,
  });

/** Accepts `true` and `false`. @internal */
export const IsFlag = (): PropertyDecorator =>
  rule({ name: 'isFlag', mustBe: 'true or false', accepts: (value) => typeof value === 'boolean' });

/** Accepts functions. @internal */
export const IsCallable = (): PropertyDecorator =>
  rule({ name: 'isCallable', mustBe: 'a function', accepts: (value) => typeof value === 'function' });

/** Accepts one of the texts listed. @internal */
export const IsOneOf = (...values: readonly string[]): PropertyDecorator =>
  rule({
    name: 'isOneOf',
    mustBe: `one of ${values.map((value) => `'${value}'`).join(', ')}`,
    accepts: (value) => values.includes(value as string),
  });

/** Accepts texts that match `form`; `mustBe` describes them. @internal */
export const IsText = (form: RegExp, mustBe: string): PropertyDecorator =>
  rule({ name: 'isText', mustBe, accepts: (value) => typeof value === 'string' && form.test(value) });
