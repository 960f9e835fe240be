import type { Clock } from '../../common/clock.js';

/** Bounds what is remembered: of more changes than these it is only known that there were many. */
const MAX_KEYS = 10_000;

/** Are the keys of a stretch of time; null stands for all keys. */
type Keys = Set<string> | null;

/**
 * Remembers for a while what this process has changed, so that it reads its own writes although replicas lag behind.
 *
 * @internal
 */
export class OwnChanges {
  readonly #clock: Clock;
  readonly #rememberMs: number;
  #recent: Keys = new Set();
  #earlier: Keys = new Set();
  #turnedAtMs = -Infinity;

  /** @param rememberMs how long at least, in milliseconds. */
  constructor(clock: Clock, rememberMs: number) {
    this.#clock = clock;
    this.#rememberMs = rememberMs;
  }

  /** Notes changes that are about to be made, or were made just now. */
  note(keys: readonly string[]): void {
    this.#turn();
    for (const key of keys) this.#recent?.add(key);
    if (this.#recent !== null && this.#recent.size > MAX_KEYS) this.#recent = null;
  }

  /** Tells whether a key may have been changed a short while ago. */
  has(key: string): boolean {
    this.#turn();
    return (this.#recent?.has(key) ?? true) || (this.#earlier?.has(key) ?? true);
  }

  #turn(): void {
    const now = this.#clock.monotonic();
    const elapsedMs = now - this.#turnedAtMs;
    if (elapsedMs < this.#rememberMs) return;
    this.#earlier = elapsedMs < 2 * this.#rememberMs ? this.#recent : new Set();
    this.#recent = new Set();
    this.#turnedAtMs = now;
  }
}
