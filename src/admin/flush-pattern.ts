/** Is the only family whose keys may be removed by pattern. */
const FAMILY = 'cache:';
const LONGEST = 512;
const LONE_BACKSLASH = /(?<!\\)(?:\\\\)*\\$/;

/** Says why `value` is no pattern of cache keys. @returns null when it is one. @internal */
export function flushPatternProblem(value: unknown): string | null {
  if (typeof value !== 'string') return 'Name one pattern, for example cache:user:*.';
  if (!value.startsWith(FAMILY) || value === FAMILY) {
    return 'The pattern must begin with cache: and go on, for example cache:user:*; only the cache can be flushed.';
  }
  if (value.length > LONGEST) return `The pattern has more than ${LONGEST} characters.`;
  return LONE_BACKSLASH.test(value) ? 'The pattern ends in a lone backslash; write two for one.' : null;
}

/** Returns what of a pattern the cache knows. @internal */
export function withoutFamily(pattern: string): string {
  return pattern.slice(FAMILY.length);
}

/** Returns the name under which the admin routes show a key of the cache. @internal */
export function withFamily(key: string): string {
  return FAMILY + key;
}
