import { toMs, type Duration } from '../common/duration.js';
import { IsDuration, IsFraction, rule } from '../common/option-rules.js';
import type { Codec } from './codec/codec.js';

/** Says how one entry is stored. @publicApi */
export class CacheStorageOptions {
  /** Is how long the entry lives. @default the module's `cache.ttl`, 5 minutes */
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
 * @throws {InvalidOptionsError} when the ttl is no duration.
 * @internal
 */
export function resolveEntry(raw: CacheEntryOptions | undefined, defaultTtlMs: number): ResolvedEntry {
  return {
    ttlMs: raw?.ttl === undefined ? defaultTtlMs : toMs(raw.ttl, 'ttl'),
    jitter: raw?.jitter ?? 0,
    tags: raw?.tags ?? [],
    codec: raw?.codec,
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
