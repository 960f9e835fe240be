import type { OptionProblem } from '../common/errors.js';

interface ClientSettings {
  readonly keyPrefix?: unknown;
  readonly stringNumbers?: unknown;
  readonly scaleReads?: unknown;
  readonly role?: unknown;
  readonly enableAutoPipelining?: unknown;
}

const HAS_ENDED =
  'has ended, so it never connects again; give the library one that was not quit or disconnected';

/**
 * Lists the settings with which a client of the application's own cannot serve this library too: ioredis leaves
 * patterns and messages without the prefix, answers scripts with texts in place of numbers, and in automatic pipelines
 * loses the names of some commands, and errors that then end the process. Replicas lag behind. One that has ended is of no use.
 *
 * @internal
 */
export function clientProblems(client: unknown, path: string): OptionProblem[] {
  const all = settingsOf(client);
  const prefix = all.some(({ keyPrefix }) => keyPrefix !== undefined && keyPrefix !== '')
    ? "has a keyPrefix, without which it sends patterns, so cache.clear() would find nothing; use 'namespace' for that"
    : null;
  const numbers = all.some(({ stringNumbers }) => stringNumbers === true)
    ? 'has stringNumbers, so the answers of scripts would be misread and every rate limit would refuse'
    : null;
  const replicas = all.some(
    ({ scaleReads = 'master', role = 'master' }) => scaleReads !== 'master' || role !== 'master',
  )
    ? "reads from replicas, which may not know yet who holds a lock or what was removed; use 'readFromReplicas' for that"
    : null;
  const pipelines = all.some(({ enableAutoPipelining }) => enableAutoPipelining === true)
    ? 'has enableAutoPipelining, in which ioredis loses commands and whose errors nobody can catch; what one turn of the event loop sends goes out together anyway'
    : null;
  const problems = [prefix, numbers, replicas, pipelines]
    .filter((problem) => problem !== null)
    .map((problem) => ({ path, message: `${problem}; give the library a client without it` }));
  const hasEnded = (Object(client) as { status?: unknown }).status === 'end';
  return hasEnded ? [...problems, { path, message: HAS_ENDED }] : problems;
}

/** On Cluster the nodes' options stand inside. */
function settingsOf(client: unknown): ClientSettings[] {
  const { options } = Object(client) as { options?: unknown };
  const own = Object(options) as ClientSettings & { redisOptions?: unknown };
  return [own, Object(own.redisOptions) as ClientSettings];
}
