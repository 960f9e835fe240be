import { Allow, getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { InvalidOptionsError, type OptionProblem } from './errors.js';
import { passesRules } from './quick-rules.js';

type OptionsClass = abstract new () => object;

/** Says how the values of a nested option are found: the value itself, or each value of a record of them. @internal */
export type NestedShape = 'one' | 'record';

interface NestedOption {
  readonly shape: NestedShape;
  readonly optionsClass: (value: unknown) => OptionsClass;
}

const nestedOptions = new WeakMap<object, Map<string, NestedOption>>();

/** Validates a nested option, or each member of a record of them, by its own class, which may depend on it. @internal */
export function Nested(
  optionsClass: (value: unknown) => OptionsClass,
  shape: NestedShape = 'one',
): PropertyDecorator {
  return (target, key) => {
    const known = nestedOptions.get(target) ?? new Map<string, NestedOption>();
    nestedOptions.set(target, known.set(String(key), { shape, optionsClass }));
    AnyValue()(target, key);
  };
}

/** Admits an option whatever its value: its own room checks it. @internal */
export function AnyValue(): PropertyDecorator {
  return Allow();
}

/**
 * Lists what is wrong with `raw`, an options object written by a user, by the rules on `optionsClass`: unknown
 * options, bad values, nested ones included. `raw` is only read, never cloned or changed.
 *
 * @internal
 */
export function findProblems(optionsClass: OptionsClass, raw: unknown, path: string): OptionProblem[] {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) {
    return [{ path: path || 'options', message: 'must be an object of options' }];
  }
  const prototype = optionsClass.prototype as object;
  const errors = validateSync(copyOnto(prototype, raw), {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
  });
  return [
    ...errors.flatMap((error) => describe(error, optionsClass, path)),
    ...findNested(prototype, raw, path),
  ];
}

/**
 * Checks `raw` by the rules on `optionsClass`.
 *
 * @throws {InvalidOptionsError} listing every problem; `where` heads the message.
 * @internal
 */
export function assertOptions(optionsClass: OptionsClass, raw: unknown, where: string): void {
  if (passesRules(optionsClass.prototype as object, raw)) return;
  const problems = findProblems(optionsClass, raw, '');
  if (problems.length > 0) throw new InvalidOptionsError(where, problems);
}

/** Defines and does not assign, so that `__proto__` from parsed JSON is one more unknown option. */
function copyOnto(prototype: object, raw: object): object {
  const candidate = Object.create(prototype) as object;
  for (const [key, value] of Object.entries(raw)) {
    Object.defineProperty(candidate, key, { value, configurable: true, enumerable: true, writable: true });
  }
  return candidate;
}

function findNested(prototype: object, raw: object, path: string): OptionProblem[] {
  return nestedOf(prototype).flatMap(([key, { shape, optionsClass }]) => {
    const value = (raw as Record<string, unknown>)[key];
    if (value === undefined) return [];
    const at = join(path, key);
    if (shape === 'one') return findProblems(optionsClass(value), value, at);
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      return [{ path: at, message: 'must be an object by name' }];
    return Object.entries(value).flatMap(([name, member]) =>
      findProblems(optionsClass(member), member, join(at, name)),
    );
  });
}

/** Lists what a class and those it extends declare. */
function nestedOf(prototype: object | null): [string, NestedOption][] {
  if (prototype === null) return [];
  return [
    ...nestedOf(Object.getPrototypeOf(prototype) as object | null),
    ...(nestedOptions.get(prototype) ?? []),
  ];
}

function describe(error: ValidationError, optionsClass: OptionsClass, path: string): OptionProblem[] {
  const at = join(path, error.property);
  return Object.entries(error.constraints ?? {}).map(([constraint, message]) =>
    constraint === 'whitelistValidation'
      ? { path: at, message: `is no option here; the options are ${knownOptions(optionsClass).join(', ')}` }
      : { path: at, message },
  );
}

function knownOptions(optionsClass: OptionsClass): string[] {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(optionsClass, '', true, false);
  return [...new Set(metadata.map(({ propertyName }) => propertyName))].sort();
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
