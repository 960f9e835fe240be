import { Injectable } from '@nestjs/common';
import { toError } from '../../common/errors.js';
import { SuiteEvents } from '../../common/events.js';
import { InjectGateway, STATE_CONNECTION } from '../../connection/connection.tokens.js';
import type { RedisGateway } from '../../connection/redis-gateway.js';
import { SuiteSettings } from '../../connection/suite-settings.js';

/** Counts how often it is asked, after it failed to listen, before it tries again. */
const ASKED_BETWEEN_TRIES = 1_000;

/** Is told whose limits have changed. @internal */
export interface ReleaseListener {
  /** Is called with the keys of windows that were given back, reset, blocked or unblocked. */
  onRelease(keys: readonly string[]): void;
  /** Is called after a break in which such news may have been missed. */
  onGap(): void;
}

/**
 * Tells all instances when the limits of a subject change in another way than by calls and time. It listens from the
 * first time on that somebody needs to know.
 *
 * @internal
 */
@Injectable()
export class ReleaseChannel {
  readonly #name: string;
  #state: 'idle' | 'opening' | 'open' = 'idle';
  #asksToWait = 0;

  constructor(
    @InjectGateway(STATE_CONNECTION) private readonly redis: RedisGateway,
    private readonly events: SuiteEvents,
    { keys }: SuiteSettings,
  ) {
    this.#name = `${keys.prefix('ratelimit')}{releases}`;
  }

  /** Tells all who listen. PUBLISH, O(listeners). @throws {RedisUnavailableError} when Redis is away. */
  async tell(keys: readonly string[]): Promise<void> {
    await this.redis.send(['PUBLISH', this.#name, keys.join('\n')]);
  }

  /** Tells whether `listener` hears of everything from now on; if not, begins to see to it, where that is possible. */
  hears(listener: ReleaseListener): boolean {
    if (!this.redis.capabilities.push) return false;
    if (this.#state === 'idle' && this.#asksToWait-- <= 0) void this.#open(listener);
    return this.#state === 'open';
  }

  async #open(listener: ReleaseListener): Promise<void> {
    this.#state = 'opening';
    try {
      await this.redis.subscribe(this.#name, {
        onMessage: (message) => listener.onRelease(message.split('\n')),
        onResume: () => listener.onGap(),
      });
      this.#state = 'open';
    } catch (error) {
      this.#state = 'idle';
      this.#asksToWait = ASKED_BETWEEN_TRIES;
      this.events.emit('suite:error', { where: 'listening for released rate limits', error: toError(error) });
    }
  }
}
