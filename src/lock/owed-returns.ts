import type { Cancel } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import type { Returned } from './lock.scripts.js';

/** Bounds what is remembered; what is forgotten ends with its lease. */
const MAX_OWED = 1_000;

interface OwedDeps {
  /** Is the name of the connection. */
  readonly connection: string;
  readonly events: SuiteEvents;
  /** Gives a claim back, and owes it again when that fails. */
  readonly giveBack: (claim: Returned) => Promise<unknown>;
}

/**
 * Gives back, when the server answers again, what could not be given back while it did not. An acquisition that was on
 * its way to a frozen server is carried out when that goes on, and nobody would have the lock until its lease ends.
 *
 * @internal
 */
export class OwedReturns {
  readonly #deps: OwedDeps;
  readonly #owed = new Map<string, Returned>();
  readonly #cancels: readonly Cancel[];

  constructor(deps: OwedDeps) {
    this.#deps = deps;
    const { events } = deps;
    this.#cancels = [
      events.on('connection:availability', ({ connection, state }) =>
        this.#settle(connection, state !== 'down'),
      ),
      events.on('connection:connected', ({ connection }) => this.#settle(connection, true)),
    ];
  }

  /** Remembers a claim that could not be given back. */
  owe(claim: Returned): void {
    const [oldest] = this.#owed.keys();
    if (this.#owed.size >= MAX_OWED && oldest !== undefined) this.#owed.delete(oldest);
    this.#owed.set(claim.token, claim);
  }

  /** Stops listening. */
  close(): void {
    for (const cancel of this.#cancels) cancel();
  }

  #settle(connection: string, answers: boolean): void {
    if (connection !== this.#deps.connection || !answers) return;
    const claims = [...this.#owed.values()];
    this.#owed.clear();
    // What fails is owed again.
    for (const claim of claims) this.#deps.giveBack(claim).catch(() => undefined);
  }
}
