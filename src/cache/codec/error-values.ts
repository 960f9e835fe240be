import type { Step } from './rich-step.js';

/** Is what is kept of an error; its stack belongs to the process that made it. */
interface WrittenError {
  readonly name: string;
  readonly message: string;
  readonly own?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

const CLASSES = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError } as const;

/** Writes an error: name, message, cause, own properties such as `code`, but no stack. @internal */
export function writeError(error: Error & { errors?: unknown }, encode: Step): WrittenError {
  const own = Object.fromEntries(
    Object.entries(error).filter(([key]) => !['name', 'message', 'stack'].includes(key)),
  );
  return {
    name: error.name,
    message: error.message,
    ...(Object.keys(own).length > 0 && { own: encode(own) }),
    ...(Object.hasOwn(error, 'cause') && { cause: encode(error.cause) }),
    ...(error instanceof AggregateError && { errors: encode(error.errors) }),
  };
}

/** Reads what `writeError` wrote; a class of the application's own comes back as an Error of that name. @internal */
export function readError(data: WrittenError, decode: Step): Error {
  const error = create(data, decode);
  const hidden = {
    ...(error.name !== data.name && { name: data.name }),
    stack: `${data.name}: ${data.message}`,
    ...(data.cause !== undefined && { cause: decode(data.cause) }),
  };
  define(error, hidden, false);
  if (data.own !== undefined) define(error, decode(data.own) as object, true);
  return error;
}

function create({ name, message, errors }: WrittenError, decode: Step): Error {
  if (errors !== undefined) return new AggregateError(decode(errors) as unknown[], message);
  return new (Object.hasOwn(CLASSES, name) ? CLASSES[name as keyof typeof CLASSES] : Error)(message);
}

function define(error: Error, properties: object, enumerable: boolean): void {
  for (const [key, value] of Object.entries(properties) as [string, unknown][]) {
    Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true });
  }
}
