import { InvalidOptionsError, type OptionProblem } from '../../common/errors.js';
import { toMs, type Duration } from '../../common/duration.js';
import { IsDuration, IsFlag, IsFraction, rule } from '../../common/option-rules.js';
import { assertOptions } from '../../common/option-validation.js';
import type { Codec } from '../codec/codec.js';
import { isRevivedAs, type RevivedAs } from '../codec/revive.js';
import type { ValueForm } from '../codec/value-form.js';
import { isSchema, type ValueSchema } from '../codec/value-schema.js';
import type { EntityId } from '../entity/entity.options.js';
import { tagOf, type EntityGraph } from '../entity/entity-graph.js';
import { IsL1Entry, maxAgeOf, type L1EntryOption } from '../l1/l1.options.js';
import { FreshnessOptions, resolveFreshness, type FreshnessPolicy } from './freshness.options.js';

/** Says how one entry is stored. @publicApi */
export class CacheStorageOptions extends FreshnessOptions {
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

  /**
   * Makes instances of these classes out of what is read, so that a `ClassSerializerInterceptor` hides on a hit what it
   * hides otherwise. @default plain objects
   */
  @rule({
    name: 'isAs',
    mustBe: 'a class, members with classes, or a class with its members',
    accepts: isRevivedAs,
  })
  as?: RevivedAs;

  /** Names the release of the value's shape: what another one wrote is a miss. @default none */
  @rule({ name: 'isVersion', mustBe: 'a text or a number', accepts: isVersion })
  version?: string | number;

  /** Checks what is read before it is used; what it refuses is a miss. @default no check */
  @rule({ name: 'isSchema', mustBe: 'a function or a Standard Schema', accepts: isSchema })
  schema?: ValueSchema;

  /** Compresses the value where `cache.compression` is on and it is large enough. @default true */
  @IsFlag()
  compress?: boolean;

  /** Encrypts the value where `cache.encryption` is on. @default true */
  @IsFlag()
  encrypt?: boolean;

  /**
   * Keeps the value in the process too, where it costs no command, until it changes or for `{ ttl }` at most.
   * @default true
   */
  @IsL1Entry()
  l1?: L1EntryOption;
}

/** Says how one entry is stored and how it is found again. @publicApi */
export class CacheEntryOptions extends CacheStorageOptions {
  /** Are the names under which `invalidateTags` finds the entry. @default [] */
  @rule({ name: 'isTags', mustBe: "a list of texts, such as ['users']", accepts: Array.isArray })
  tags?: readonly string[];

  /** Ties the entry to an instance of an entity, which gives it a ttl and a tag: `['user', 7]`. @default none */
  @rule({ name: 'isInstance', mustBe: "a name and an id, such as ['user', 7]", accepts: isPair })
  entity?: readonly [name: string, id: EntityId];
}

/** Says what it takes to read an entry: what it was stored with. @publicApi */
export type CacheFormOptions = Pick<
  CacheEntryOptions,
  'codec' | 'as' | 'version' | 'schema' | 'encrypt' | 'l1'
>;

/** Heads what is wrong with the options of a call. */
const WHERE = 'Cache entry';

/** Says that an entry asks for encryption that is not configured. @internal */
export const NO_ENCRYPTION: OptionProblem = {
  path: 'encrypt',
  message: "is true, but there is no key: set the module's option 'cache.encryption'",
};

/** Is where an entry's options take their defaults from. @internal */
export interface EntryDefaults {
  readonly ttlMs: number;
  readonly freshness: FreshnessPolicy;
  readonly entities: EntityGraph;
  /** Says whether there are keys to encrypt with. */
  readonly canEncrypt: boolean;
}

/** Is what an entry's options come to. @internal */
export interface ResolvedEntry extends ValueForm {
  readonly ttlMs: number;
  readonly jitter: number;
  readonly tags: readonly string[];
  /** Is how long the process serves it without asking Redis; 0 for never, Infinity for as long as it hears of changes. */
  readonly l1MaxAgeMs: number;
  readonly freshness: FreshnessPolicy;
}

/**
 * Applies the defaults.
 *
 * @throws {InvalidOptionsError} when an option is unknown or bad, the entity is not defined, or there is no key to encrypt with.
 * @throws {InvalidKeyError} when the id of the entity has no text.
 * @internal
 */
export function resolveEntry(
  options: CacheEntryOptions = {},
  { ttlMs, freshness, entities, canEncrypt }: EntryDefaults,
): ResolvedEntry {
  assertOptions(CacheEntryOptions, options, WHERE);
  const { ttl, jitter = 0, tags = [], entity, codec, as, version, schema, compress, encrypt, l1 } = options;
  if (encrypt === true && !canEncrypt) throw new InvalidOptionsError(WHERE, [NO_ENCRYPTION]);
  const instance = entity === undefined ? null : entities.instance(...entity);
  const defaultTtlMs = instance === null ? ttlMs : (entities.ttlMs(instance.entity) ?? ttlMs);
  const ownFreshness = instance === null ? freshness : entities.freshness(instance.entity, freshness);
  return {
    ttlMs: ttl === undefined ? defaultTtlMs : toMs(ttl, 'ttl'),
    jitter,
    tags: instance === null ? tags : [...tags, tagOf(instance)],
    freshness: resolveFreshness(options, ownFreshness),
    codec,
    as,
    version: version === undefined ? undefined : String(version),
    schema,
    compress: compress ?? true,
    encrypt: encrypt ?? true,
    l1MaxAgeMs: maxAgeOf(l1),
  };
}

/** Returns a ttl with its jitter taken off; at least 1 ms. @internal */
export function jittered(ttlMs: number, jitter: number, random = Math.random): number {
  return Math.max(1, Math.round(ttlMs * (1 - jitter * random())));
}

function isPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2;
}

function isVersion(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

function isCodec(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, encode, decode } = value as Partial<Codec>;
  return (
    typeof name === 'string' && name !== '' && typeof encode === 'function' && typeof decode === 'function'
  );
}
