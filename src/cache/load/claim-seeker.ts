import type { Clock } from '../../common/clock.js';
import { keptMs } from '../entry/entry-aging.js';
import type { StoredValue } from '../entry/entry-content.js';
import type { EntryJudge } from '../entry/entry-judge.js';
import { CacheLoadTimeoutError } from '../cache.errors.js';
import { LoadClaim, type ClaimPorts } from './load-claim.js';
import type { LoadRequest } from './load-request.js';
import type { LoadWait } from './load-wait.js';
import type { Look } from '../entry/look.js';
import type { OldValue } from '../entry/old-value.js';
import type { TagStore } from '../entry/tag-store.js';

/** Is the right to load, what somebody else loaded meanwhile, or how his load failed. @internal */
export type Sought =
  | { readonly kind: 'claim'; readonly claim: LoadClaim; readonly old: OldValue | undefined }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Is who seeks. @internal */
export interface Seeker {
  /** Identifies the load, should it come to one. */
  readonly token: string;
  /** Is told which load it waits for. */
  readonly onWait: (token: string) => void;
  /** Says that the one who seeks is a loader itself, for whom the other may be waiting in turn. */
  readonly isLoader: boolean;
}

/** Bounds how often one call may find that others were quicker, before it loads without storing. */
const MAX_ROUNDS = 20;
/** Bounds the wait of one loader for another in some other process, which may wait for the first. */
const LOADER_WAIT_MS = 5_000;

interface SeekerParts {
  readonly judge: EntryJudge;
  readonly claims: ClaimPorts;
  readonly tags: TagStore;
  readonly waiting: LoadWait;
  readonly clock: Clock;
}

interface Patience {
  readonly leftMs: () => number;
  /** Is what comes of a wait that took too long. */
  readonly end: () => Extract<Sought, { kind: 'failed' }> | null;
}

/**
 * Gets the right to load an entry, or waits for the process that has it: however long it loads, as long as it renews
 * its claim.
 *
 * @internal
 */
export class ClaimSeeker {
  readonly #parts: SeekerParts;

  constructor(parts: SeekerParts) {
    this.#parts = parts;
  }

  /** @returns null when it is not worth waiting any more; the value is then loaded without being stored. */
  async seek(request: LoadRequest, seeker: Seeker, first: Look): Promise<Sought | null> {
    const patience = this.#patience(request, seeker);
    let look = first;
    let awaitedLoad: string | null = null;
    let rounds = 0;
    while (rounds < MAX_ROUNDS) {
      if (look.kind === 'hit') return { kind: 'value', value: look.value };
      if (look.kind === 'failed') return look;
      // A load may take its time, as long as it is the same.
      if (look.kind === 'miss' || look.token !== awaitedLoad) rounds++;
      if (look.kind === 'miss') {
        const claim = await this.prepare(request, seeker.token, look.old?.stored);
        const taken = await claim.take(look.content);
        if (taken === null) return { kind: 'claim', claim, old: look.old };
        look = await this.#parts.judge.judge(request, taken.found);
      } else {
        awaitedLoad = look.token;
        seeker.onWait(look.token);
        const limitMs = patience.leftMs();
        if (limitMs <= 0) return patience.end();
        look = await this.#parts.waiting.news(request, look, limitMs);
      }
    }
    return null;
  }

  /**
   * Makes a claim, not yet taken. The versions of the tags are read before the loader can run, so an invalidation from
   * now on outdates the value.
   */
  async prepare(request: Omit<LoadRequest, 'load'>, token: string, old?: StoredValue): Promise<LoadClaim> {
    const { space, key, entry, setsTags } = request;
    const lifeMs = keptMs(entry.ttlMs, entry.freshness);
    const [tags, epoch] = await Promise.all([
      this.#parts.tags.ensure(space, entry.tags, lifeMs),
      setsTags ? this.#parts.tags.epoch(space, lifeMs) : null,
    ]);
    return new LoadClaim(this.#parts.claims, { key, token, tags, epoch, old });
  }

  /** Makes a claim without asking for versions. @returns null when they are not all known. */
  prepared({ space, key, entry, setsTags }: Omit<LoadRequest, 'load'>, token: string): LoadClaim | null {
    const lifeMs = keptMs(entry.ttlMs, entry.freshness);
    const tags = this.#parts.tags.known(space, entry.tags, lifeMs);
    const epoch = setsTags ? this.#parts.tags.knownEpoch(space, lifeMs) : null;
    if (tags === null || epoch === undefined) return null;
    return new LoadClaim(this.#parts.claims, { key, token, tags, epoch, old: undefined });
  }

  #patience({ entry, meter }: LoadRequest, { isLoader }: Seeker): Patience {
    const { clock } = this.#parts;
    const { hardTimeoutMs } = entry.freshness;
    const startedAt = clock.monotonic();
    const limitMs = Math.min(hardTimeoutMs || Infinity, isLoader ? LOADER_WAIT_MS : Infinity);
    return {
      leftMs: () => limitMs - (clock.monotonic() - startedAt),
      end: () =>
        limitMs === hardTimeoutMs
          ? { kind: 'failed', error: new CacheLoadTimeoutError(meter.cache, hardTimeoutMs) }
          : null,
    };
  }
}
