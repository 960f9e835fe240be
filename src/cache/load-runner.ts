import type { Clock } from '../common/clock.js';
import type { CacheMeter } from './cache-meter.js';
import type { LoadClaim } from './load-claim.js';
import { LoadDecisions } from './load-context.js';
import type { LoadRequest } from './load-request.js';
import type { LoadSettler } from './load-settler.js';

/**
 * Runs loaders: each once, and what it throws always reaches the caller.
 *
 * @internal
 */
export class LoadRunner {
  constructor(
    private readonly settler: LoadSettler,
    private readonly clock: Clock,
  ) {}

  /** Returns what the loader returned; without a claim nothing is stored. */
  async run(request: LoadRequest, claim: LoadClaim | null): Promise<unknown> {
    const decisions = new LoadDecisions(request.entry.ttlMs);
    let value: unknown;
    try {
      value = await this.time(request.meter, () => request.load(decisions));
    } catch (error) {
      await this.settler.settle(request, claim, { kind: 'failed', error });
      throw error;
    }
    await this.settler.settle(request, claim, { kind: 'loaded', value, decisions });
    return value;
  }

  /** Runs and counts a loader. */
  async time<T>(meter: CacheMeter, load: () => T | Promise<T>): Promise<T> {
    const startedAt = this.clock.monotonic();
    let failed = true;
    try {
      const value = await load();
      failed = false;
      return value;
    } finally {
      meter.loaded(this.clock.monotonic() - startedAt, failed);
    }
  }
}
