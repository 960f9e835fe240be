import type { KeyNewsListener, NewsSource } from '../../src/connection/key-news/key-news.js';

/** Records what a listener to news of keys is told. */
export interface NewsLog {
  readonly listener: KeyNewsListener;
  readonly changed: Set<string>;
  source: NewsSource | null;
  followed: number;
  lost: number;
  all: number;
  onLost: () => void;
}

export function newsLog(): NewsLog {
  const log: NewsLog = {
    changed: new Set(),
    ...{ source: null, followed: 0, lost: 0, all: 0, onLost: () => {} },
    listener: {
      onFollowing: (source) => {
        log.followed++;
        log.source = source;
      },
      onLost: () => {
        log.lost++;
        log.source = null;
        log.onLost();
      },
      onChanged: (keys) => {
        if (keys === null) log.all++;
        else for (const key of keys) log.changed.add(key);
      },
    },
  };
  return log;
}
