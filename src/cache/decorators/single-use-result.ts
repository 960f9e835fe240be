/**
 * Names what a result is if it can be read only once, or goes on after the method returned.
 *
 * @returns null for data.
 * @internal
 */
export function singleUseKind(result: unknown): string | null {
  if (typeof result !== 'object' || result === null) return null;
  const { subscribe, getStream, pipe, getReader } = result as Record<string, unknown>;
  if (typeof subscribe === 'function') return 'an Observable';
  if (typeof getStream === 'function') return 'a StreamableFile';
  if (typeof pipe === 'function' || typeof getReader === 'function') return 'a stream';
  return Symbol.asyncIterator in result ? 'an asynchronous iterator' : null;
}
