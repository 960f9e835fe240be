import { jittered } from './entry-options.js';
import type { CacheSpace } from './cache-space.js';
import type { ValueCodec } from './codec/value-codec.js';
import { writeValue, type TagVersions } from './entry-content.js';
import type { ClaimEnd, LoadClaim } from './load-claim.js';
import type { LoadDecisions } from './load-context.js';
import type { LoadNewsChannel } from './load-news.js';
import type { EntryRequest } from './load-request.js';
import type { TagStore } from './tag-store.js';

/** Is how a load ended: with a value, without one for this key, or with an error. @internal */
export type LoadOutcome =
  | { readonly kind: 'loaded'; readonly value: unknown; readonly decisions: LoadDecisions }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly error: unknown };

type Loaded = Extract<LoadOutcome, { kind: 'loaded' }>;

/**
 * Ends claims: stores what was loaded if the claim still stands, and tells those who wait. What fails here is reported
 * and never reaches the caller, who has his value.
 *
 * @internal
 */
export class LoadSettler {
  constructor(
    private readonly tags: TagStore,
    private readonly news: LoadNewsChannel,
    private readonly values: ValueCodec,
  ) {}

  /** Ends a claim; null stands for none. */
  async settle(request: EntryRequest, claim: LoadClaim | null, outcome: LoadOutcome): Promise<void> {
    if (claim === null) return;
    try {
      const end =
        outcome.kind === 'loaded' ? await this.#store(request, claim, outcome) : await claim.release();
      await this.#tell(claim, end, outcome);
    } catch (error) {
      claim.abandon();
      request.meter.failed('store', error);
    }
  }

  async #store(request: EntryRequest, claim: LoadClaim, loaded: Loaded): Promise<ClaimEnd> {
    const content = loaded.decisions.skipped ? null : await this.#write(request, claim, loaded);
    if (content === null) return claim.release();
    const end = await claim.commit(content, jittered(loaded.decisions.ttlMs, request.entry.jitter));
    if (end.held) request.meter.written();
    else request.meter.refused();
    return end;
  }

  /** @returns null when the value must not, or cannot, be stored. */
  async #write(
    { space, key, entry, meter }: EntryRequest,
    claim: LoadClaim,
    { value, decisions }: Loaded,
  ): Promise<string | null> {
    const known = claim.tags.map(([tag]) => tag);
    if (decisions.ttlMs > entry.ttlMs) await this.tags.ensure(space, known, decisions.ttlMs);
    const late = decisions.tags.length === 0 ? [] : await this.#lateTags(space, claim, decisions);
    if (late === null) {
      meter.refused();
      return null;
    }
    try {
      return writeValue({ ...this.values.encode(value, entry, key), tags: [...claim.tags, ...late] });
    } catch (error) {
      meter.failed('encode', error);
      return null;
    }
  }

  /**
   * Reads the versions of tags that the loader gave, and then the epoch: if that is still the one from before the load,
   * no tag was invalidated meanwhile, so these versions are also those from before the load.
   */
  async #lateTags(
    space: CacheSpace,
    claim: LoadClaim,
    { tags, ttlMs }: LoadDecisions,
  ): Promise<TagVersions | null> {
    const versions = await this.tags.ensure(space, tags, ttlMs);
    return (await this.tags.epoch(space, ttlMs)) === claim.epoch ? versions : null;
  }

  /** A claim that was taken away may have taken the word that somebody waits with it. */
  async #tell(claim: LoadClaim, { held, awaited }: ClaimEnd, outcome: LoadOutcome): Promise<void> {
    if (awaited || !held) await this.news.tell(claim.token, outcome.kind === 'failed' ? outcome : undefined);
  }
}
