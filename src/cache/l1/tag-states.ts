import { LRUCache } from 'lru-cache';

/** Is what is known of a tag's record; entries hold on to it, so that one look tells whether they are still good. @internal */
export interface TagState {
  readonly version: string;
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

  /** Returns what is known of a tag's record. */
  of(tagKey: string): TagState | undefined {
    return this.#states.get(tagKey);
  }

  /** Notes the version that was just read. */
  learn(tagKey: string, version: string): void {
    if (this.#states.get(tagKey)?.version !== version) this.#states.set(tagKey, { version, isCurrent: true });
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
