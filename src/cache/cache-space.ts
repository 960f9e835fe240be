import type { CacheKey } from '../common/keys/cache-key.js';
import type { EncodedKey, EncodedPattern } from '../common/keys/encoded-key.js';
import { encodeKey, encodePattern, escapeSegment } from '../common/keys/key-encoding.js';
import type { KeySpace } from '../common/keys/key-space.js';
import { InvalidKeyError, typeName } from '../common/keys/key.errors.js';
import type { TagRemoval } from './invalidation/removal.js';

/** Returns the text that sets apart, for example, one tenant from another. @internal */
export type CacheScope = () => string;

/** No tag is called so: encoding escapes the star. */
const ANY = '*';

/** Bounds what is remembered. */
const MAX_KNOWN = 2_000;
const MAX_KNOWN_LENGTH = 200;

interface SpaceParts {
  readonly keys: KeySpace;
  readonly scope: CacheScope | undefined;
  /** Is the encoded name with its last `:`, or empty for the root. */
  readonly path: string;
}

/**
 * Names things in Redis for one cache namespace, in the scope of the moment:
 * `<namespace>:cache:<scope>:<cache namespace>:<key>`.
 *
 * A tag's record has braces around its name, which no encoded key can have, so that it never meets an entry.
 *
 * @internal
 */
export class CacheSpace {
  readonly #parts: SpaceParts;
  /** Remembers what texts come to: for a hit in the process, making its key would be most of the work. */
  readonly #knownEntries = new Map<string, string>();
  readonly #knownTags = new Map<string, string>();

  private constructor(parts: SpaceParts) {
    this.#parts = parts;
  }

  /** Is the space outside any cache namespace. */
  static root(keys: KeySpace, scope?: CacheScope): CacheSpace {
    return new CacheSpace({ keys, scope, path: '' });
  }

  /** Returns the space of a namespace within this one. */
  within(name: string): CacheSpace {
    return new CacheSpace({ ...this.#parts, path: `${this.#parts.path}${encodeKey([name])}:` });
  }

  /** Returns the Redis key of an entry. */
  entry(key: CacheKey): string {
    if (typeof key !== 'string') return this.encodedEntry(encodeKey(key));
    return this.#remembered(this.#knownEntries, key, () => this.encodedEntry(encodeKey(key)));
  }

  /** Returns the Redis key of an entry whose key is encoded already. */
  encodedEntry(key: EncodedKey): string {
    return this.#parts.keys.key('cache', this.#inside(key));
  }

  /** Returns the Redis key of a tag's record. */
  tag(tag: string): string {
    return this.#remembered(this.#knownTags, tag, () =>
      this.#parts.keys.tagged('cache', this.#inside(encodeKey(tag)), 'tag'),
    );
  }

  /**
   * Refuses tags that are none, before anything is under way that could make it look like an outage.
   *
   * @throws {InvalidKeyError} when one has no text.
   */
  checkTags(tags: readonly string[]): void {
    for (const tag of tags) this.tag(tag);
  }

  /** Returns the key of the record that goes with every tag of this space. */
  anyTag(): string {
    return this.#parts.keys.tagged('cache', this.#inside(ANY), 'tag');
  }

  /** Returns the records whose removal invalidates tags: the one of all tags first, so that no load can miss both. */
  removalOfTags(tags: readonly string[]): TagRemoval {
    return { first: [this.anyTag()], keys: tags.map((tag) => this.tag(tag)) };
  }

  /** Returns the `MATCH` pattern of a pattern relative to this space. */
  pattern(pattern: string): string {
    return this.#parts.keys.pattern(
      'cache',
      this.#inside(encodePattern(pattern)) as string as EncodedPattern,
    );
  }

  /** Tells whether a Redis key that a pattern found is an entry; the other kind are records of tags. */
  isEntry(redisKey: string): boolean {
    return redisKey[this.#parts.keys.prefix('cache').length] !== '{';
  }

  /** Returns the key of an entry of this space without what all of them begin with. */
  relative(redisKey: string): string {
    return redisKey.slice(this.pattern('*').length - 1);
  }

  #remembered(known: Map<string, string>, text: string, make: () => string): string {
    const found = known.get(text);
    if (found !== undefined) return found;
    const redisKey = make();
    // What depends on the scope of the moment is not remembered.
    if (this.#parts.scope !== undefined || text.length > MAX_KNOWN_LENGTH) return redisKey;
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(text, redisKey);
    return redisKey;
  }

  #inside(encoded: string): EncodedKey {
    return `${this.#scopePrefix()}${this.#parts.path}${encoded}` as EncodedKey;
  }

  /** A scope that is missing must never let one tenant read what belongs to all, so it throws. */
  #scopePrefix(): string {
    if (this.#parts.scope === undefined) return '';
    const scope: unknown = this.#parts.scope();
    if (typeof scope === 'string' && scope !== '') return `${escapeSegment(scope)}:`;
    const found = scope === '' ? 'an empty text' : typeName(scope);
    throw new InvalidKeyError('cache.scope', `returned ${found}; it must name the scope of every call`);
  }
}
