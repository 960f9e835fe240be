/** Fills a bucket evenly, and takes calls out of it: what every limit with a burst comes to, in exact fractions. */
export class BucketModel {
  readonly #full: bigint;
  /** A call is `windowUs` parts, and `limit` parts flow in each microsecond. */
  #level: bigint;
  #at = 0;

  constructor(
    readonly limit: number,
    readonly windowUs: number,
    readonly burst: number,
  ) {
    this.#level = this.#full = BigInt(burst) * BigInt(windowUs);
  }

  /** Answers what an exact limiter answers; times in microseconds. */
  step(now: number, cost: number): { allowed: boolean; remaining: number; reset: number; retry: number } {
    const [limit, call] = [BigInt(this.limit), BigInt(this.windowUs)];
    this.#put(BigInt(now - this.#at) * limit);
    this.#at = now;
    const lacking = BigInt(cost) * call - this.#level;
    const allowed = cost < 0 || lacking <= 0n;
    if (allowed) this.#put(BigInt(-cost) * call);
    return {
      allowed,
      remaining: Number(this.#level / call),
      reset: Number((this.#full - this.#level + limit - 1n) / limit),
      retry: allowed ? 0 : Number((lacking + limit - 1n) / limit),
    };
  }

  #put(amount: bigint): void {
    const level = this.#level + amount;
    this.#level = level > this.#full ? this.#full : level;
  }
}
