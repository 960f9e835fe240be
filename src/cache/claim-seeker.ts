import type { Clock } from '../common/clock.js';
import { markAwaited } from './entry-content.js';
import type { EntryReader, Look } from './entry-reader.js';
import type { EntryStore } from './entry-store.js';
import { LEASE_MS, LoadClaim } from './load-claim.js';
import type { LoadNewsChannel } from './load-news.js';
import type { LoadRequest } from './load-request.js';
import type { TagStore } from './tag-store.js';

/** Is the right to load, what somebody else loaded meanwhile, or how his load failed. @internal */
export type Sought =
  | { readonly kind: 'claim'; readonly claim: LoadClaim }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Is who seeks. @internal */
export interface Seeker {
  /** Identifies the load, should it come to one. */
  readonly token: string;
  /** Is told which load it waits for. */
  readonly onWait: (token: string) => void;
}

/** Bounds how often one call may find that others were quicker, before it loads without storing. */
const MAX_ROUNDS = 20;
/** The one who waits must not look before a claim that nobody renews has surely expired. */
const WAIT_MS = LEASE_MS + 100;

interface SeekerParts {
  readonly reader: EntryReader;
  readonly store: EntryStore;
  readonly tags: TagStore;
  readonly news: LoadNewsChannel;
  readonly clock: Clock;
}

type Loading = Extract<Look, { kind: 'loading' }>;

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

  /** @returns null when others were quicker too often; the value is then loaded without being stored. */
  async seek(request: LoadRequest, seeker: Seeker, first: Look): Promise<Sought | null> {
    let look = first;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (look.kind === 'hit') return { kind: 'value', value: look.value };
      if (look.kind === 'miss') {
        const claim = await this.prepare(request, seeker.token);
        const taken = await claim.take(look.content);
        if (taken === null) return { kind: 'claim', claim };
        look = await this.#parts.reader.judge(request, taken.found);
      } else {
        seeker.onWait(look.token);
        const end = await this.#wait(request, look);
        if (end.kind === 'failed') return end;
        look = end;
      }
    }
    return null;
  }

  /**
   * Makes a claim, not yet taken. The versions of the tags are read before the loader can run, so an invalidation from
   * now on outdates the value.
   */
  async prepare(
    { space, key, entry, setsTags }: Omit<LoadRequest, 'load'>,
    token: string,
  ): Promise<LoadClaim> {
    const [tags, epoch] = await Promise.all([
      this.#parts.tags.ensure(space, entry.tags, entry.ttlMs),
      setsTags ? this.#parts.tags.epoch(space, entry.ttlMs) : null,
    ]);
    const { store, clock } = this.#parts;
    return new LoadClaim({ store, clock, key, token, tags, epoch });
  }

  async #wait(
    request: LoadRequest,
    { token, awaited, content }: Loading,
  ): Promise<Look | Extract<Sought, { kind: 'failed' }>> {
    await this.#parts.news.listen();
    const news = this.#parts.news.next(token, WAIT_MS);
    if (!awaited) {
      const swap = { key: request.key, expected: content, content: markAwaited(content), ttlMs: LEASE_MS };
      const outcome = await this.#parts.store.swap(swap);
      const found = outcome.kind === 'other' ? outcome.content : null;
      if (outcome.kind !== 'swapped') return this.#parts.reader.judge(request, found);
    }
    const end = await news;
    return end.kind === 'failed' ? end : this.#parts.reader.look(request);
  }
}
