import type { Clock } from '../../common/clock.js';

/** Is how long a claim stands without being renewed: what others wait for a process that died. @internal */
export const LEASE_MS = 2_000;

/** Is a claim that must be renewed to stand. @internal */
export interface Renewable {
  /** Renews it; whether that fails is seen at its end. */
  renew(): void;
}

/**
 * Renews the claims of the loads under way, all at one time: most loads end before that comes.
 *
 * @internal
 */
export class ClaimRenewal {
  readonly #claims = new Set<Renewable>();
  #isWaiting = false;

  constructor(private readonly clock: Clock) {}

  /** Begins to renew a claim. */
  begin(claim: Renewable): void {
    this.#claims.add(claim);
    if (!this.#isWaiting) this.#renewLater();
  }

  /** Stops renewing it. */
  end(claim: Renewable): void {
    this.#claims.delete(claim);
  }

  #renewLater(): void {
    this.#isWaiting = true;
    this.clock.after(LEASE_MS / 3, () => {
      this.#isWaiting = false;
      for (const claim of this.#claims) claim.renew();
      if (this.#claims.size > 0) this.#renewLater();
    });
  }
}
