import { escapeSegment } from '../../common/keys/key-encoding.js';
import type { RateLimitKey, RateLimitSingleKey } from '../policies/rate-limit-use.options.js';

/**
 * Names what kind of subject a key finds, so that a user and an API key of the same text are counted apart. Addresses,
 * and what a function or a caller of `RateLimitService` names, have none.
 */
function kindOf(key: RateLimitKey | undefined): string {
  if (isSeveral(key)) return key.map((single) => kindOfSingle(single) || plainKind(single)).join('+');
  return key === undefined ? '' : kindOfSingle(key);
}

/** Returns the last part of the keys of a policy: its name, and the kind of subject. @internal */
export function keyPartOf(name: string, key: RateLimitKey | undefined): string {
  const kind = kindOf(key);
  return escapeSegment(name) + (kind === '' ? '' : `@${escapeSegment(kind)}`);
}

/** Tells whether two keys find the same subjects. @internal */
export function isSameKey(one: RateLimitKey | undefined, other: RateLimitKey | undefined): boolean {
  if (one === other) return true;
  if (isSeveral(one)) {
    return isSeveral(other) && one.length === other.length && one.every((key, i) => isSameKey(key, other[i]));
  }
  return isHeader(one) && isHeader(other) && one.header.toLowerCase() === other.header.toLowerCase();
}

/** Tells whether a key combines several. @internal */
export function isSeveral(key: RateLimitKey | undefined): key is readonly RateLimitSingleKey[] {
  return Array.isArray(key);
}

/** Tells whether a key needs nothing but a call's arguments, which is all that a call of a service method has. @internal */
export function isByArguments(key: RateLimitKey | undefined): key is RateLimitKey {
  return isSeveral(key) ? key.every(isByArguments) : typeof key === 'function';
}

function isHeader(key: RateLimitKey | undefined): key is { readonly header: string } {
  return typeof key === 'object' && 'header' in key;
}

function kindOfSingle(key: RateLimitSingleKey): string {
  if (typeof key === 'function' || key === 'ip') return '';
  return typeof key === 'string' ? key : `header-${key.header.toLowerCase()}`;
}

function plainKind(key: RateLimitSingleKey): string {
  return key === 'ip' ? 'ip' : 'fn';
}
