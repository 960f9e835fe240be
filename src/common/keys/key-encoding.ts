import type { CacheKey } from './cache-key.js';
import type { EncodedKey, EncodedPattern } from './encoded-key.js';
import { limitKeyLength } from './key-length.js';
import { InvalidKeyError, typeName } from './key.errors.js';

/**
 * What would mean something to Redis or to us, the separator `:` aside: glob and hash-tag characters, the escape itself,
 * control characters (`Cc`), and lone surrogates (`Cs`), which UTF-8 would turn into one and the same U+FFFD.
 */
const UNSAFE = '%*?[\\]\\\\{}\\p{Cc}\\p{Cs}';
const IN_TEXT = new RegExp(`[${UNSAFE}]`, 'u');
const EACH_IN_TEXT = new RegExp(IN_TEXT, 'gu');
const IN_SEGMENT = new RegExp(`[:${UNSAFE}]`, 'u');
const EACH_IN_SEGMENT = new RegExp(IN_SEGMENT, 'gu');

/** What `\` protects, the wildcards and separators that stand, and the literal text between them. */
const PATTERN_TOKEN = /\\(.)|[*?:]|[^*?:\\]+|\\$/gsu;

/**
 * Escapes a text so that it is one part of a key and matches only itself in a `MATCH` pattern.
 *
 * The escape is `%XX`, or `%uXXXX` for a lone surrogate. A backslash would not do: a stored `\*` is two characters,
 * which the pattern `\*` does not match. `%` means nothing to globs, hash tags or tracking prefixes, so an encoded text
 * is literal everywhere; and as `%` is escaped too, two texts never become one.
 *
 * @internal
 */
export function escapeSegment(text: string): string {
  return IN_SEGMENT.test(text) ? text.replace(EACH_IN_SEGMENT, escapeCharacter) : text;
}

function escapeText(text: string): string {
  return IN_TEXT.test(text) ? text.replace(EACH_IN_TEXT, escapeCharacter) : text;
}

function escapeCharacter(character: string): string {
  const unit = character.charCodeAt(0).toString(16).toUpperCase();
  return unit.length > 2 ? `%u${unit}` : `%${unit.padStart(2, '0')}`;
}

/**
 * Renders one part of an explicit key as text: `1`, `1n` and `'1'` are equal, and `-0` is `0`.
 *
 * @returns null when `value` is no string, finite number, bigint or boolean.
 * @internal
 */
export function segmentText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  const isScalar = typeof value === 'bigint' || typeof value === 'boolean' || Number.isFinite(value);
  return isScalar ? String(value) : null;
}

/** Refuses a value that `segmentText` has no text for; `where` names its place. @internal */
export function notASegment(where: string, value: unknown): InvalidKeyError {
  const allowed = 'a string, a finite number, a bigint or a boolean';
  return new InvalidKeyError(where, `is ${typeName(value)}; a part of a key must be ${allowed}`);
}

/**
 * Encodes a key. A text is the list of what stands between its `:`; apart from those, every special character is
 * escaped, so neither form can hold a wildcard or choose a Cluster slot. An empty part is a value like any other; an
 * empty key is refused. Beyond 512 bytes a hash takes the place of the tail.
 *
 * @throws {InvalidKeyError} when the key is empty or a part is no string, finite number, bigint or boolean.
 * @internal
 */
export function encodeKey(key: CacheKey): EncodedKey {
  const text = typeof key === 'string' ? escapeText(key) : encodeList(key);
  if (text === '') throw new InvalidKeyError('A key', 'is empty; give it at least one part that is not');
  return limitKeyLength(text) as EncodedKey;
}

function encodeList(key: readonly unknown[]): string {
  if (!Array.isArray(key)) {
    throw new InvalidKeyError('A key', `is ${typeName(key)}; give a text or the list of its parts`);
  }
  let encoded = '';
  for (let index = 0; index < key.length; index++) {
    const part: unknown = key[index];
    const text = segmentText(part);
    if (text === null) throw notASegment(`Part ${index + 1} of ${key.length} of a key`, part);
    // What is no text has a text without anything to escape.
    const escaped = typeof part === 'string' ? escapeSegment(text) : text;
    encoded += index === 0 ? escaped : `:${escaped}`;
  }
  return encoded;
}

/**
 * Makes one text of several parts, for what is named by a text and not by a list: `:` and `%` inside a part are
 * escaped, so that no part passes for two. `encodeKey` escapes the rest.
 *
 * @internal
 */
export function keyText(parts: readonly string[]): string {
  return parts.map((part) => part.replace(/[%:]/g, escapeCharacter)).join(':');
}

/**
 * Encodes a pattern as a developer writes it: `*` stands for any text, separators included, `?` for one byte of the
 * stored key, `\` makes the next character literal, and all else, `[` and `]` included, is literal.
 *
 * `user:*` reaches hashed keys too, as long as the text before its first wildcard fits the prefix they keep (450 bytes);
 * what stands after a wildcard is looked for in the prefix alone.
 *
 * @throws {InvalidKeyError} when the pattern is no text, is empty, or ends in a lone `\`.
 * @internal
 */
export function encodePattern(pattern: string): EncodedPattern {
  if (typeof pattern !== 'string') {
    throw new InvalidKeyError('A key pattern', `is ${typeName(pattern)}; give a text such as 'user:*'`);
  }
  if (pattern === '') throw new InvalidKeyError('A key pattern', `is empty; give a text such as 'user:*'`);
  return pattern.replace(PATTERN_TOKEN, (token: string, literal: string | undefined) => {
    if (token === '\\')
      throw new InvalidKeyError('A key pattern', "ends in a lone '\\'; write '\\\\' for a backslash");
    if (token === '*' || token === '?' || token === ':') return token;
    return escapeSegment(literal ?? token);
  }) as EncodedPattern;
}

/** Escapes a value for a pattern, so that there it is one literal part. @internal */
export function escapePattern(value: string): string {
  return value.replace(/[\\:*?]/g, '\\$&');
}
