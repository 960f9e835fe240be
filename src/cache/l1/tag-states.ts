import { LRUCache } from 'lru-cache';

/** Is what was just learned of a tag's record; times are of the steady clock. @internal */
export interface TagNews {
  readonly version: string;
  /** Is until when it may be relied on without asking again. */
  readonly knownUntilMs: number;
  /** Is until when the record surely lives unless it is removed; 0 when that was not asked. */
  readonly livesUntilMs: number;
}

/** Is what is known of a tag's record; entries hold on to it, so that one look tells whether they are still good. @internal */
export interface TagState {
  readonly version: string;
  knownUntilMs: number;
  livesUntilMs: number;
  /** Says that the record is known to hold the version still. */
  isCurrent: boolean;
}

/**
 * Remembers the versions of tags for as long as news of their records arrive.
 *
 * @internal
 */
export class TagStates {
  readonly #states: LRUCache<string, TagState>;

  constructor(max: number) {
    // News can no longer find a state that is left out here, so whoever holds it must not rely on it.
    this.#states = new LRUCache({ max, dispose: (state) => (state.isCurrent = false) });
  }

  /** Counts the tags that something is known of. */
  get size(): number {
    return this.#states.size;
  }

  /** Returns what is known of a tag's record. */
  of(tagKey: string): TagState | undefined {
    return this.#states.get(tagKey);
  }

  /** Notes what was just read. */
  learn(tagKey: string, news: TagNews): void {
    const state = this.#states.get(tagKey);
    if (state?.version !== news.version) {
      this.#states.set(tagKey, { ...news, isCurrent: true });
      return;
    }
    state.knownUntilMs = news.knownUntilMs;
    state.livesUntilMs = Math.max(state.livesUntilMs, news.livesUntilMs);
  }

  /** Forgets a tag whose record may have changed. */
  forget(tagKey: string): void {
    this.#states.delete(tagKey);
  }

  /** Forgets all. */
  clear(): void {
    this.#states.clear();
  }
}
