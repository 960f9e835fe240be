/**
 * Says who tells that keys change: the server itself, whoever changed them and however; a channel on which the
 * processes of the application tell what they change; or nobody, where the server allows neither.
 *
 * @internal
 */
export type NewsSource = 'server' | 'processes' | 'nobody';

/** Is told what happens to the keys that are followed. @internal */
export interface KeyNewsListener {
  /** From now on changes are told, except by `nobody`; what was known before may be outdated. */
  onFollowing(source: NewsSource): void;
  /** Changes may be missed from now on. */
  onLost(): void;
  /** These keys were written, removed, evicted or have expired; null stands for all. */
  onChanged(keys: readonly string[] | null): void;
}

/** Is news of keys, as long as it is not closed. @internal */
export interface KeyNews {
  /** Tells the other processes of changes, where nobody but this one can. PUBLISH. */
  announce(keys: readonly string[]): void;
  /** Ends the connections that were made for it. */
  close(): void;
}
