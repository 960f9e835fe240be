import type { CacheSpace } from '../cache-space.js';
import { CacheClosedError } from '../cache.errors.js';
import type { EncodedValue, ValueCodec } from '../codec/value-codec.js';
import { formOfFailure, type ValueForm } from '../codec/value-form.js';
import { keptMs, ttlOf, type EntryAging } from '../entry/entry-aging.js';
import { writeFailure, writeValue, type TagVersions } from '../entry/entry-content.js';
import type { LoadClaim } from './load-claim.js';
import type { LoadDecisions } from './load-context.js';
import type { LoadNewsChannel } from './load-news.js';
import type { EntryRequest } from './load-request.js';
import { sharedFailure } from './shared-failure.js';
import type { TagStore } from '../entry/tag-store.js';
import type { WorkCount } from './work-count.js';

/** Is how a load ended: with a value, without one for this key, or with an error. @internal */
export type LoadOutcome = Loaded | Failed | { readonly kind: 'nothing' };

/** Is a load that gave a value. @internal */
export interface Loaded {
  readonly kind: 'loaded';
  readonly value: unknown;
  readonly decisions: LoadDecisions;
}

/** Is a load that gave an error. @internal */
export interface Failed {
  readonly kind: 'failed';
  readonly error: unknown;
}

interface SettlerParts {
  readonly tags: TagStore;
  readonly news: LoadNewsChannel;
  readonly values: ValueCodec;
  readonly aging: EntryAging;
  readonly work: WorkCount;
}

/**
 * Ends claims: stores what was loaded if the claim still stands, and tells those who wait. What fails here is reported
 * and never reaches the caller, who has his value.
 *
 * @internal
 */
export class LoadSettler {
  readonly #parts: SettlerParts;

  constructor(parts: SettlerParts) {
    this.#parts = parts;
  }

  /** Ends a claim; null stands for none. */
  async settle(request: EntryRequest, claim: LoadClaim | null, outcome: LoadOutcome): Promise<void> {
    if (claim === null) return;
    this.#parts.work.begin();
    try {
      const held = await this.#end(request, claim, outcome);
      // A claim that was taken away may have taken the word that somebody waits with it.
      if (claim.awaited || !held) await this.#tell(claim, outcome);
    } catch (error) {
      claim.abandon();
      request.meter.failed('store', error);
    }
    this.#parts.work.end();
  }

  /** @returns whether the claim still stood. */
  #end(request: EntryRequest, claim: LoadClaim, outcome: LoadOutcome): Promise<boolean> {
    if (outcome.kind === 'loaded') return this.#store(request, claim, outcome);
    return outcome.kind === 'failed' ? this.#fail(request, claim, outcome.error) : claim.release();
  }

  async #store(request: EntryRequest, claim: LoadClaim, { value, decisions }: Loaded): Promise<boolean> {
    if (decisions.skipped) return claim.release();
    const { entry, meter } = request;
    const ttlMs = decisions.chosenTtlMs ?? ttlOf(value, entry);
    const isAsExpected = decisions.tags.length === 0 && ttlMs <= entry.ttlMs;
    const tags = isAsExpected
      ? claim.terms.tags
      : await this.#tags(request, claim, { tags: decisions.tags, ttlMs });
    const encoded = tags === null ? null : this.#encode(request, value, entry);
    if (tags === null || encoded === null) return claim.release();
    const plan = this.#parts.aging.plan(ttlMs, entry);
    const aging = plan instanceof Promise ? await plan : plan;
    const held = await claim.commit(writeValue({ ...encoded, ...aging, tags }), aging.keptMs);
    if (held) meter.written();
    else meter.refused();
    return held;
  }

  /** The old value comes back as long as it may be served; else the failure is remembered, if it shall be. */
  #fail(request: EntryRequest, claim: LoadClaim, error: unknown): Promise<boolean> {
    const { freshness } = request.entry;
    const holdMs = error instanceof CacheClosedError ? 0 : freshness.errorTtlMs;
    const old =
      claim.terms.old === undefined
        ? null
        : this.#parts.aging.afterFailure(claim.terms.old, freshness, holdMs);
    if (old !== null) return claim.restore(old);
    const encoded =
      holdMs === 0 ? null : this.#encode(request, sharedFailure(error), formOfFailure(request.entry));
    if (encoded === null) return claim.release();
    return claim.commit(writeFailure({ ...encoded, tags: claim.terms.tags }), holdMs);
  }

  /** @returns null when a value with these tags must not be stored. */
  async #tags(
    { space, entry, meter }: EntryRequest,
    claim: LoadClaim,
    { tags, ttlMs }: Late,
  ): Promise<TagVersions | null> {
    const lifeMs = keptMs(ttlMs, entry.freshness);
    const known = claim.terms.tags.map(([tag]) => tag);
    if (ttlMs > entry.ttlMs) await this.#parts.tags.ensure(space, known, lifeMs);
    if (tags.length === 0) return claim.terms.tags;
    const late = await this.#lateTags(space, claim, { tags, ttlMs: lifeMs });
    if (late === null) meter.refused();
    return late === null ? null : [...claim.terms.tags, ...late];
  }

  /**
   * Reads the versions of tags that the loader gave, and then the epoch: if that is still the one from before the load,
   * no tag was invalidated meanwhile, so these versions are also those from before the load.
   */
  async #lateTags(space: CacheSpace, claim: LoadClaim, { tags, ttlMs }: Late): Promise<TagVersions | null> {
    const versions = await this.#parts.tags.ensure(space, tags, ttlMs);
    return (await this.#parts.tags.epoch(space, ttlMs)) === claim.terms.epoch ? versions : null;
  }

  /** @returns null when it has no form in which it could be stored. */
  #encode({ key, meter }: EntryRequest, value: unknown, form: ValueForm): EncodedValue | null {
    try {
      return this.#parts.values.encode(value, form, key);
    } catch (error) {
      meter.failed('encode', error);
      return null;
    }
  }

  #tell(claim: LoadClaim, outcome: LoadOutcome): Promise<void> {
    return this.#parts.news.tell(claim.terms.token, outcome.kind === 'failed' ? outcome : undefined);
  }
}

interface Late {
  readonly tags: readonly string[];
  readonly ttlMs: number;
}
