/** Names an error for programs: stable across releases, safe to log and to switch on. @publicApi */
export type RedisSuiteErrorCode = `E_${string}`;

/**
 * Is the root of every error this library throws on purpose.
 *
 * Messages say what happened, to which key or option, and what can be done; they never hold values, secrets or
 * script arguments. The error that caused it, if any, is in `cause`.
 *
 * @publicApi
 */
export abstract class RedisSuiteError extends Error {
  /** Identifies the kind of error, for example `E_LOCK_BUSY`. */
  abstract readonly code: RedisSuiteErrorCode;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Describes one option that cannot be used. @publicApi */
export interface OptionProblem {
  /** Is the path of the option, for example `cache.ttl`. */
  readonly path: string;
  /** Says what is wrong with it and how to mend it. */
  readonly message: string;
}

/**
 * Reports every bad option at once, each with its path and its mend.
 *
 * Thrown at boot for module options and at class definition for decorator options.
 *
 * @publicApi
 */
export class InvalidOptionsError extends RedisSuiteError {
  readonly code = 'E_OPTIONS_INVALID';

  constructor(
    readonly where: string,
    readonly problems: readonly OptionProblem[],
  ) {
    super(
      `${where}: ${count(problems.length)}\n${problems.map((p) => `  - ${p.path}: ${p.message}`).join('\n')}`,
    );
  }
}

function count(problems: number): string {
  return problems === 1 ? '1 option cannot be used.' : `${problems} options cannot be used.`;
}

/** Returns `value` as an `Error`, so that something thrown that is none can still be a `cause`. @internal */
export function toError(value: unknown): Error {
  return value instanceof Error ? value : new Error(`a value of type ${typeof value} was thrown`);
}
