/** Says whether a key has changed since somebody began to watch it. @internal */
export interface KeyWatch {
  readonly key: string;
  changed: boolean;
  watchers: number;
}

/**
 * Watches keys that are being read: what a read brings may be kept only if no change of the key was told since before
 * the read was sent.
 *
 * @internal
 */
export class KeyWatches {
  readonly #watches = new Map<string, KeyWatch>();

  /** Counts the keys that are watched. */
  get size(): number {
    return this.#watches.size;
  }

  /** Begins to watch a key. */
  begin(key: string): KeyWatch {
    let watch = this.#watches.get(key);
    if (watch === undefined) this.#watches.set(key, (watch = { key, changed: false, watchers: 0 }));
    watch.watchers++;
    return watch;
  }

  /** Ends a watch. @returns whether the key is unchanged. */
  end(watch: KeyWatch): boolean {
    if (--watch.watchers === 0 && !watch.changed) this.#watches.delete(watch.key);
    return !watch.changed;
  }

  /** Tells those who watch a key that it changed; who begins later has a watch of his own. */
  changed(key: string): void {
    const watch = this.#watches.get(key);
    if (watch === undefined) return;
    watch.changed = true;
    this.#watches.delete(key);
  }

  /** Tells everybody that his key may have changed. */
  allChanged(): void {
    for (const watch of this.#watches.values()) watch.changed = true;
    this.#watches.clear();
  }
}
