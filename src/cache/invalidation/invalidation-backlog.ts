import type { Cancel, Clock } from '../../common/clock.js';
import type { SuiteEvents } from '../../common/events.js';
import { fullJitter } from '../../connection/backoff.js';
import { isWorthRepeating } from '../../connection/worth-repeating.js';
import type { BacklogState } from '../cache.events.js';
import type { EntryStore } from '../entry/entry-store.js';
import type { KeySweep } from './key-sweep.js';
import type { Removal } from './removal.js';

interface BacklogParts {
  readonly store: EntryStore;
  readonly sweep: KeySweep;
  readonly clock: Clock;
  readonly events: SuiteEvents;
  /** Is the connection's name. */
  readonly connection: string;
  /** Matches every entry of the application. */
  readonly everything: string;
}

/** Bounds what is kept; beyond it everything is removed instead, which takes one pattern. */
const MAX_PENDING = 10_000;
const BATCH = 500;
const RETRY = { baseMs: 50, capMs: 1_000 };

/**
 * Keeps the invalidations that could not reach Redis, and sends them when it is back, before this process reads from it
 * again. What it holds are removals, so it does not matter how often and in which order they are sent, but for those
 * that come first.
 *
 * @internal
 */
export class InvalidationBacklog {
  readonly #parts: BacklogParts;
  #first = new Set<string>();
  #keys = new Set<string>();
  #patterns = new Set<string>();
  #sending: Promise<void> | null = null;
  #cancelRetry: Cancel | null = null;
  #tries = 0;
  #inFlight = 0;

  constructor(parts: BacklogParts) {
    this.#parts = parts;
    parts.events.on('connection:availability', ({ connection, state }) => {
      if (connection === parts.connection && state !== 'down' && this.isBehind) void this.send();
    });
  }

  /** Tells whether something has not been sent. */
  get isBehind(): boolean {
    return this.#sending !== null || this.size > 0;
  }

  /** Counts what has not been sent. */
  get size(): number {
    return this.#first.size + this.#keys.size + this.#patterns.size + this.#inFlight;
  }

  /** Keeps a removal until it can be sent. */
  add({ first = [], keys = [], patterns = [] }: Removal): void {
    const wasEmpty = this.size === 0;
    for (const key of first) this.#first.add(key);
    for (const key of keys) this.#keys.add(key);
    for (const pattern of patterns) this.#patterns.add(pattern);
    if (this.size > MAX_PENDING) this.#overflow();
    else if (wasEmpty) this.#tell('queued');
    if (this.#sending === null) this.#retryLater();
  }

  /** Sends all there is, now. */
  send(): Promise<void> {
    this.#cancelRetry?.();
    this.#sending ??= this.#send().finally(() => {
      this.#sending = null;
      if (this.size > 0) this.#retryLater();
    });
    return this.#sending;
  }

  /** Tries a last time, for `limitMs` at most, and tells what is left. */
  async close(limitMs: number): Promise<void> {
    if (!this.isBehind) return;
    let cancel: Cancel = () => undefined;
    const limit = new Promise<void>((resolve) => (cancel = this.#parts.clock.after(limitMs, resolve)));
    await Promise.race([this.send(), limit]);
    cancel();
    this.#cancelRetry?.();
    if (this.size > 0) this.#tell('lost');
  }

  async #send(): Promise<void> {
    const count = this.size;
    try {
      await this.#unlink(this.#first);
      await this.#unlink(this.#keys);
      await this.#sweep();
      this.#tries = 0;
      this.#tell('applied', count);
    } catch (error) {
      // Told where it was first asked for; the next try comes by itself.
      if (isWorthRepeating(error)) return;
      this.#tell('lost');
      for (const pending of [this.#first, this.#keys, this.#patterns]) pending.clear();
    }
  }

  /** What is asked for again while it is being sent must be sent again, so it is taken out first. */
  async #unlink(pending: Set<string>): Promise<void> {
    while (pending.size > 0) {
      const batch = [...pending].slice(0, BATCH);
      for (const key of batch) pending.delete(key);
      await this.#orBack(this.#parts.store.unlink(batch), batch, pending);
    }
  }

  async #sweep(): Promise<void> {
    for (const pattern of [...this.#patterns]) {
      this.#patterns.delete(pattern);
      await this.#orBack(this.#parts.sweep.run(pattern), [pattern], this.#patterns);
    }
  }

  async #orBack(work: Promise<unknown>, taken: readonly string[], pending: Set<string>): Promise<void> {
    this.#inFlight = taken.length;
    try {
      await work;
    } catch (error) {
      for (const one of taken) pending.add(one);
      throw error;
    } finally {
      this.#inFlight = 0;
    }
  }

  #overflow(): void {
    this.#tell('overflowed');
    for (const pending of [this.#first, this.#keys, this.#patterns]) pending.clear();
    this.#patterns.add(this.#parts.everything);
  }

  #retryLater(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = this.#parts.clock.after(fullJitter(this.#tries++, RETRY), () => void this.send());
  }

  #tell(state: BacklogState, count = this.size): void {
    this.#parts.events.emit('cache:backlog', { state, count });
  }
}
