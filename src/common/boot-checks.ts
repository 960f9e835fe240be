import { InvalidOptionsError, type OptionProblem } from './errors.js';

/** Looks for problems that only the assembled application can show. @internal */
export type BootCheck = () => readonly OptionProblem[];

/**
 * Gathers the wings' boot-time checks, so that everything found is reported in one error.
 *
 * @internal
 */
export class BootChecks {
  readonly #checks: BootCheck[] = [];

  /** Adds a check; wings do so in a constructor. */
  add(check: BootCheck): void {
    this.#checks.push(check);
  }

  /** Runs every check. @throws {InvalidOptionsError} listing all that was found. */
  run(): void {
    const problems = this.#checks.flatMap((check) => check());
    if (problems.length > 0) throw new InvalidOptionsError('nestjs-redis-suite', problems);
  }
}
