import { randomBytes } from 'node:crypto';
import type { RedisReply } from '../../connection/lua-script.js';
import type { RedisGateway } from '../../connection/redis-gateway.js';
import type { CacheSpace } from '../cache-space.js';
import { EVERY_TAG, type TagVersions } from './entry-content.js';
import type { EntryStore } from './entry-store.js';
import type { L1Tier, TagRecord } from '../l1/l1-tier.js';
import { ENSURE_TAGS_N } from '../lua/generated.js';

/** A record must outlive the entries that name it, the time of their load included. */
const LOAD_MARGIN_MS = 60_000;

/**
 * Keeps the versions of tags: one record a tag, whose removal invalidates every entry that names it.
 *
 * A version is random and never used twice, so a record that is lost or evicted makes its entries misses and can bring
 * none back.
 *
 * @internal
 */
export class TagStore {
  constructor(
    private readonly redis: RedisGateway,
    private readonly store: EntryStore,
    private readonly l1: L1Tier,
  ) {}

  /**
   * Returns versions to begin a load with, if this process knows them and that their records will outlive an entry with
   * that ttl; else null. One that was invalidated a moment ago, and has not been heard of, makes the entry a miss.
   */
  known(space: CacheSpace, tags: readonly string[], ttlMs: number): TagVersions | null {
    const versions: [tag: string, version: string][] = [];
    for (const tag of tags) {
      const version = this.#lasting(space.tag(tag), ttlMs);
      if (version === undefined) return null;
      versions.push([tag, version]);
    }
    return versions;
  }

  /** Returns the present versions, giving one to tags that have none. One script a slot, O(1) a tag. */
  async ensure(space: CacheSpace, tags: readonly string[], ttlMs: number): Promise<TagVersions> {
    if (tags.length === 0) return [];
    const keys = tags.map((tag) => space.tag(tag));
    const versions = await this.#ensureKeys(keys, ttlMs);
    return tags.map((tag, index) => [tag, versionOf(versions, keys[index])] as const);
  }

  /**
   * Returns the version of the record that changes with every invalidation of any tag of the space; a load whose tags
   * are known only at its end compares it.
   */
  async epoch(space: CacheSpace, ttlMs: number): Promise<string> {
    const key = space.anyTag();
    return versionOf(await this.#ensureKeys([key], ttlMs), key);
  }

  /**
   * Returns the present versions by the keys of their records; those that this process knows cost nothing. MGET, O(1) a
   * tag.
   */
  async read(keys: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    const present = new Map<string, string | null>();
    const unknown: string[] = [];
    for (const key of keys) {
      const version = this.l1.tagVersion(key);
      if (version === undefined) unknown.push(key);
      else present.set(key, version);
    }
    if (unknown.length === 0) return present;
    const watches = this.l1.beginTags(unknown);
    let records: TagRecord[] | null = null;
    try {
      records = (await Promise.all(unknown.map((key) => this.store.read(key)))).map((version) => ({
        version,
      }));
    } finally {
      this.l1.endTags(watches, records);
    }
    unknown.forEach((key, index) => present.set(key, records[index]?.version ?? null));
    return present;
  }

  /** Tells whether all versions are the present ones; `known` spares reading those that are in it. */
  async areCurrent(
    space: CacheSpace,
    versions: TagVersions,
    known: ReadonlyMap<string, string | null>,
  ): Promise<boolean> {
    const keys = versions.map(([tag]) => (tag === EVERY_TAG ? space.anyTag() : space.tag(tag)));
    const unknown = keys.filter((key) => !known.has(key));
    const read = unknown.length === 0 ? known : await this.read(unknown);
    return versions.every(([, version], index) => {
      const key = keys[index] ?? '';
      return (known.get(key) ?? read.get(key)) === version;
    });
  }

  /** Returns the epoch of all tags to begin a load with, if it is known as `known` says. */
  knownEpoch(space: CacheSpace, ttlMs: number): string | undefined {
    return this.#lasting(space.anyTag(), ttlMs);
  }

  async #ensureKeys(keys: readonly string[], ttlMs: number): Promise<Map<string, string>> {
    const args = [randomBytes(9).toString('base64url'), ttlMs + LOAD_MARGIN_MS];
    const found = new Map<string, string>();
    const ensure = async (group: string[]) => {
      const watches = this.l1.beginTags(group);
      let records: TagRecord[] | null = null;
      try {
        records = recordsOf(await this.redis.run({ script: ENSURE_TAGS_N, keys: group, args }));
      } finally {
        this.l1.endTags(watches, records);
      }
      group.forEach((key, index) => found.set(key, records[index]?.version ?? ''));
    };
    await Promise.all(this.redis.groupKeys(keys).map(ensure));
    return found;
  }

  #lasting(key: string, ttlMs: number): string | undefined {
    return this.l1.tagVersion(key, ttlMs + LOAD_MARGIN_MS);
  }
}

/** Reads the reply of the script: versions, each with the ttl of its record. */
function recordsOf(reply: RedisReply): TagRecord[] {
  const parts = reply as readonly (string | number)[];
  return parts.flatMap((version, index) =>
    index % 2 === 0 ? [{ version: String(version), ttlMs: Number(parts[index + 1]) }] : [],
  );
}

/** No record has an empty version, so an entry that named one would never be good. */
function versionOf(versions: ReadonlyMap<string, string>, key: string | undefined): string {
  return versions.get(key ?? '') ?? '';
}
