import { toMs, type Duration } from '../common/duration.js';
import { IsDuration, IsFraction, rule } from '../common/option-rules.js';
import type { Codec } from './codec/codec.js';
import type { EntityId } from './entity.options.js';
import { tagOf, type EntityGraph } from './entity-graph.js';

/** Says how one entry is stored. @publicApi */
export class CacheStorageOptions {
  /** Is how long the entry lives. @default that of its entity, else the module's `cache.ttl`, 5 minutes */
  @IsDuration()
  ttl?: Duration;

  /**
   * Shortens each ttl by a random share of up to this, from 0 to 1, so that entries made together do not expire
   * together. @default 0
   */
  @IsFraction(0, 1)
  jitter?: number;

  /** Writes and reads the value. @default plain JSON, and a richer JSON for what that would lose */
  @rule({ name: 'isCodec', mustBe: 'a codec: { name, encode, decode }', accepts: isCodec })
  codec?: Codec;
}

/** Says how one entry is stored and how it is found again. @publicApi */
export interface CacheEntryOptions extends CacheStorageOptions {
  /** Are the names under which `invalidateTags` finds the entry. @default [] */
  tags?: readonly string[];
  /** Ties the entry to an instance of an entity, which gives it a ttl and a tag: `['user', 7]`. @default none */
  entity?: readonly [name: string, id: EntityId];
}

/** Is where an entry's options take their defaults from. @internal */
export interface EntryDefaults {
  readonly ttlMs: number;
  readonly entities: EntityGraph;
}

/** Is what an entry's options come to. @internal */
export interface ResolvedEntry {
  readonly ttlMs: number;
  readonly jitter: number;
  readonly tags: readonly string[];
  readonly codec: Codec | undefined;
}

/**
 * Applies the defaults.
 *
 * @throws {InvalidOptionsError} when the ttl is no duration or the entity is not defined.
 * @throws {InvalidKeyError} when the id of the entity has no text.
 * @internal
 */
export function resolveEntry(
  { ttl, jitter = 0, tags = [], codec, entity }: CacheEntryOptions = {},
  { ttlMs, entities }: EntryDefaults,
): ResolvedEntry {
  const instance = entity === undefined ? null : entities.instance(...entity);
  const defaultTtlMs = instance === null ? ttlMs : (entities.ttlMs(instance.entity) ?? ttlMs);
  return {
    ttlMs: ttl === undefined ? defaultTtlMs : toMs(ttl, 'ttl'),
    jitter,
    tags: instance === null ? tags : [...tags, tagOf(instance)],
    codec,
  };
}

/** Returns a ttl with its jitter taken off; at least 1 ms. @internal */
export function jittered(ttlMs: number, jitter: number, random = Math.random): number {
  return Math.max(1, Math.round(ttlMs * (1 - jitter * random())));
}

function isCodec(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, encode, decode } = value as Partial<Codec>;
  return (
    typeof name === 'string' && name !== '' && typeof encode === 'function' && typeof decode === 'function'
  );
}
