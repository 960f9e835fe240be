import type { MaybePromise } from '../../common/maybe-promise.js';
import { RedisUnavailableError } from '../../connection/connection.errors.js';
import type { ValueCodec } from '../codec/value-codec.js';
import type { StoredValue } from './entry-content.js';
import type { EntryJudge } from './entry-judge.js';
import type { EntryStore } from './entry-store.js';
import type { KeptEntry } from '../l1/kept-entry.js';
import type { FreshRead, L1Tier, ReadWatch } from '../l1/l1-tier.js';
import { ownCopy } from '../l1/own-copy.js';
import type { LoadClaim } from '../load/load-claim.js';
import type { EntryRequest } from '../load/load-request.js';
import type { Look } from './look.js';
import type { ServerClock } from './server-clock.js';
import type { TagStore } from './tag-store.js';

type Hit = Extract<Look, { kind: 'hit' }>;

/** Is what a key held in Redis, and nothing else. */
type FreshHit = Hit & { readonly stored: StoredValue };

/** Is what was found in the place of a claim. @internal */
export interface Sight {
  readonly look: Look;
  /** Is what it was made from; undefined when it was not read from Redis just now. */
  readonly content: string | null | undefined;
}

/** Is what Redis answers to PTTL when there is no key. */
const GONE = -2;

interface ReaderParts {
  readonly store: EntryStore;
  readonly l1: L1Tier;
  readonly tags: TagStore;
  readonly values: ValueCodec;
  readonly judge: EntryJudge;
  readonly clock: ServerClock;
}

/**
 * Reads entries, from the process where they are kept and from Redis otherwise.
 *
 * @internal
 */
export class EntryReader {
  readonly #parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** Reads an entry: one round trip when its tags are those of the request, else two. */
  look(request: EntryRequest): Promise<Look> {
    return this.#look(request, () => (this.#mayBeOld(request) ? this.#askOld(request) : this.#ask(request)));
  }

  /** Reads an entry, and takes a claim where there is nothing, in one round trip. @returns null when the claim stands. */
  async lookOrClaim(request: EntryRequest, claim: LoadClaim): Promise<Sight | null> {
    let content: string | null | undefined;
    const look = await this.#look<Look | null>(request, async () => {
      const taken = await claim.take(null);
      content = taken?.found;
      return taken && this.judge(request, taken.found);
    });
    return look && { look, content };
  }

  /** Judges for somebody else what was found for `lookOrClaim`: he gets a value of his own. */
  judge(request: EntryRequest, content: string | null): MaybePromise<Look> {
    return this.#parts.judge.judge(request, content);
  }

  /** Reads several entries: one round trip, and another for the tags they name. While Redis is away all are missing. */
  async lookMany(requests: readonly EntryRequest[]): Promise<Look[]> {
    const [first] = requests;
    if (first === undefined) return [];
    let isTold = false;
    const missing = (error: unknown): Look => {
      if (!isTold) first.meter.failed('read', error);
      isTold = true;
      return { kind: 'miss', content: null };
    };
    // What the process keeps is found although Redis does not answer for the rest.
    return Promise.all(requests.map((request) => this.look(request).catch(missing)));
  }

  /** @returns how long the value is still fresh in ms; null when there is none, or it does not expire. PTTL, O(1). */
  async ttl(request: EntryRequest): Promise<number | null> {
    const [look] = await this.lookMany([request]);
    if (look?.kind !== 'hit') return null;
    if (look.freshness !== undefined)
      return Math.max(0, Math.ceil(look.freshness.until - this.#parts.clock.now()));
    try {
      const ttlMs = await this.#parts.store.ttl(request.key);
      return ttlMs < 0 ? null : ttlMs;
    } catch (error) {
      request.meter.failed('read', error);
      return null;
    }
  }

  /** Makes a value of one's own out of what the process keeps. @returns null when it cannot be read. */
  #serve(request: EntryRequest, { stored, copy, value }: KeptEntry): Hit | null {
    try {
      const own =
        copy === null ? this.#parts.values.decode(stored, request.entry, request.key) : copy(value as never);
      return {
        kind: 'hit',
        tier: 'l1',
        value: own,
        ...(stored.freshness !== undefined && { freshness: stored.freshness }),
      };
    } catch (error) {
      request.meter.unreadable(error);
      return null;
    }
  }

  async #look<T extends Look | null>(request: EntryRequest, ask: () => Promise<T>): Promise<T | Look> {
    const { l1 } = this.#parts;
    const kept = l1.find(request);
    const served = kept === null ? null : this.#serve(request, kept);
    if (served !== null) return served;
    const watch = l1.begin(request);
    let isKept = false;
    try {
      const look = await ask();
      isKept = watch !== null && look?.kind === 'hit' && look.stored !== undefined;
      if (isKept) void this.#keep(request, watch as ReadWatch, look as FreshHit);
      return look;
    } catch (error) {
      const look = error instanceof RedisUnavailableError ? await this.#lookAway(request) : null;
      if (look === null) throw error;
      request.meter.failed('read', error);
      return look;
    } finally {
      if (watch !== null && !isKept) l1.end(watch, request, null);
    }
  }

  /** Asks Redis: for the entry and its tags together, since reads of one turn are sent as one. */
  #ask(request: EntryRequest): Promise<Look> {
    const { store, judge } = this.#parts;
    if (request.entry.tags.length > 0) return this.#askTagged(request, () => store.read(request.key));
    return store.read(request.key).then((content) => judge.judge(request, content));
  }

  /** What processes keep must not be from before the news of its change, so only for the rest a replica is asked. */
  #mayBeOld(request: EntryRequest): boolean {
    return this.#parts.store.mayBeOld(request.key) && !this.#parts.l1.keeps(request);
  }

  /** Asks a replica, and the master where that has nothing good. */
  async #askOld(request: EntryRequest): Promise<Look> {
    const look = await this.#askTagged(request, () => this.#parts.store.readOld(request.key));
    return look.kind === 'hit' && look.due === undefined ? look : this.#ask(request);
  }

  async #askTagged(request: EntryRequest, read: () => Promise<string | null>): Promise<Look> {
    const { judge, tags } = this.#parts;
    const tagKeys = request.entry.tags.map((tag) => request.space.tag(tag));
    const [content, versions] = await Promise.all([read(), tags.read(tagKeys)]);
    return judge.judge(request, content, versions);
  }

  /** Keeps a value in the process once it is known how long it lives, for which nobody waits. */
  async #keep(request: EntryRequest, watch: ReadWatch, { stored, value }: FreshHit): Promise<void> {
    const own = ownCopy(value);
    let read: FreshRead | null = null;
    try {
      const ttlMs = await this.#parts.store.ttl(request.key);
      if (ttlMs !== GONE) read = { stored, own, ttlMs };
    } catch (error) {
      request.meter.failed('ttl', error);
    } finally {
      this.#parts.l1.end(watch, request, read);
    }
  }

  /** Finds what this process has kept, for while Redis is away. */
  async #lookAway(request: EntryRequest): Promise<Look | null> {
    const kept = this.#parts.l1.findAway(request);
    const hit = kept === null ? null : this.#serve(request, kept);
    if (kept === null || hit?.freshness === undefined) return hit;
    const old = await this.#parts.judge.age(kept.stored, hit.freshness, hit.value);
    return old.ageMs < 0 ? hit : { kind: 'miss', content: null, old };
  }
}
