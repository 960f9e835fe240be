import type { Grant, ResourceClaim } from './lease.js';

/** Is a turn as the channel tells it. @internal */
export interface Turn {
  readonly fence: bigint;
  /** Is when the server granted it, in its milliseconds. */
  readonly serverMs: number;
  readonly leaseMs: number;
}

/** Ties the server's clock to ours: the server's time was `serverMs` after something was sent at `sentAtMs`. */
interface Tie {
  readonly sentAtMs: number;
  readonly serverMs: number;
}

/** Is whoever waits for a turn. */
interface Asker {
  readonly resolve: (grant: Grant) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Waits in a queue for its turn, which may arrive before the answer that says it is queued.
 *
 * @internal
 */
export class Waiter {
  #tie: Tie | null = null;
  #pending: Turn | null = null;
  #turn: Promise<Grant> | null = null;
  #asker: Asker | null = null;
  /** Tells how the wait ended, which is known once it has. */
  #outcome: ((asker: Asker) => void) | null = null;

  constructor(readonly claim: ResourceClaim) {}

  /** Resolves when it is this waiter's turn; made when first asked for, since most locks are free. */
  get turn(): Promise<Grant> {
    this.#turn ??= new Promise((resolve, reject) => {
      this.#asker = { resolve, reject };
      this.#outcome?.(this.#asker);
    });
    return this.#turn;
  }

  /** Notes that the server had it in the queue at its `serverMs`, in answer to something sent at `sentAtMs`. */
  queued(tie: Tie): void {
    this.#tie = tie;
    if (this.#pending !== null) this.called(this.#pending);
  }

  /**
   * Takes the turn. The lease began as long after we were queued as the server's clock says, and we were queued after
   * we sent our wish: so its end is known without comparing the two clocks.
   */
  called(turn: Turn): void {
    if (this.#tie === null) {
      this.#pending = turn;
      return;
    }
    const { fence, serverMs, leaseMs } = turn;
    // The server's milliseconds are rounded down, so their difference may be one too large.
    const fromMs = this.#tie.sentAtMs + (serverMs - this.#tie.serverMs) - 1;
    this.hold({ fence, leaseMs, fromMs });
  }

  /** Takes a lock that the server said it holds. */
  hold(grant: Grant): void {
    this.#end(({ resolve }) => resolve(grant));
  }

  /** Ends the wait. */
  fail(error: unknown): void {
    this.#end(({ reject }) => reject(error));
  }

  #end(outcome: (asker: Asker) => void): void {
    if (this.#outcome !== null) return;
    this.#outcome = outcome;
    if (this.#asker !== null) outcome(this.#asker);
  }
}
