/**
 * Makes an error that has no stack. A refusal is no fault, and to capture its stack would cost more than all the rest of it.
 *
 * A limit of 0 frames would still have V8 walk them; what is no number keeps it from looking.
 *
 * @internal
 */
export function withoutStack<T extends Error | null>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Reflect.set(Error, 'stackTraceLimit', undefined);
  try {
    const error = make();
    if (error !== null) error.stack = `${error.name}: ${error.message}`;
    return error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
