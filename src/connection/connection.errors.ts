import { RedisSuiteError } from '../common/errors.js';

/** Says why a server could not be used. @publicApi */
export type UnavailableReason =
  | 'timeout'
  | 'disconnected'
  | 'loading'
  | 'busy'
  | 'read-only'
  | 'failing-over'
  /** Too few replicas had a write in time. */
  | 'unreplicated'
  /** A REST endpoint answered HTTP 429, or a server that the quota of requests is used up. */
  | 'throttled'
  /** What answered is no server: over REST HTTP 5xx, a redirect or no JSON; of a lock script what it never answers. */
  | 'bad-answer'
  | 'closed';

interface UnavailableOptions {
  readonly cause?: unknown;
  /** Says what comes next, where that is not what the reason suggests. */
  readonly outlook?: string;
}

/**
 * Says that Redis could not be used within the time limit: it is away, too slow, loading, busy with a script, or failing
 * over.
 *
 * Whether the command took effect is unknown when the reason is `timeout`, `disconnected` or `bad-answer`.
 *
 * @publicApi
 */
export class RedisUnavailableError extends RedisSuiteError {
  readonly code = 'E_REDIS_UNAVAILABLE';

  constructor(
    readonly connection: string,
    readonly reason: UnavailableReason,
    { outlook = outlookFor(reason), ...options }: UnavailableOptions = {},
  ) {
    super(`Redis connection '${connection}' is unavailable (${reason}); ${outlook}`, options);
  }
}

function outlookFor(reason: UnavailableReason): string {
  return reason === 'closed'
    ? 'it is not opened again: the application shuts down, or the tries to reconnect are used up.'
    : 'it is tried again in the background.';
}

/**
 * Says that the server answered a command with an error, for example `WRONGTYPE` or `OOM`.
 *
 * @publicApi
 */
export class RedisReplyError extends RedisSuiteError {
  readonly code = 'E_REDIS_REPLY';

  readonly connection: string;
  /** Is the name of the command or script. */
  readonly command: string;
  /** Is the server's code, for example `WRONGTYPE`. */
  readonly replyCode: string;

  constructor(reply: { connection: string; command: string; replyCode: string; detail: string }) {
    const { connection, command, replyCode, detail } = reply;
    super(`Redis connection '${connection}' refused ${command}: ${replyCode} ${detail}`.trimEnd());
    this.connection = connection;
    this.command = command;
    this.replyCode = replyCode;
  }
}

const CREDENTIALS =
  'its username and password (REDIS_USERNAME, REDIS_PASSWORD, or those in the URL) and that the user may run INFO';

/**
 * Says that the server does not accept the user name and password, or the token: never retried at boot, retried in the
 * background when a server forgets later who we are.
 *
 * @publicApi
 */
export class RedisAuthError extends RedisSuiteError {
  readonly code = 'E_REDIS_AUTH';

  constructor(
    readonly connection: string,
    /** Is the server's word, for example `WRONGPASS` or `HTTP 401`. */
    readonly replyCode: string,
    toCheck: string = CREDENTIALS,
  ) {
    super(`Redis connection '${connection}' was refused with ${replyCode}: check ${toCheck}.`);
  }
}

/** Says that something was asked of a connection over REST that only TCP can give. @publicApi */
export class RedisUnsupportedError extends RedisSuiteError {
  readonly code = 'E_REDIS_UNSUPPORTED';

  constructor(
    readonly connection: string,
    /** Completes the sentence "REST cannot …". */
    readonly feature: string,
  ) {
    super(
      `Redis connection '${connection}' speaks REST, which cannot ${feature}: connect over TCP, ` +
        `for example by the server's rediss:// URL.`,
    );
  }
}

/** Says that a plain connection met a server that speaks TLS. @publicApi */
export class RedisTlsRequiredError extends RedisSuiteError {
  readonly code = 'E_REDIS_TLS_REQUIRED';

  constructor(readonly connection: string) {
    super(
      `Redis connection '${connection}' met a server that speaks only TLS: write rediss:// in place of redis://, or set tls.`,
    );
  }
}

/** Says that the server has no database of the number asked for; without this error database 0 would be used. @publicApi */
export class RedisDatabaseError extends RedisSuiteError {
  readonly code = 'E_REDIS_DATABASE';

  constructor(readonly connection: string) {
    super(
      `Redis connection '${connection}' was refused its database: the server has fewer, or is a cluster, which has ` +
        `only 0. Set db (REDIS_DB, or the path of the URL) to one it has, or raise its 'databases' setting.`,
    );
  }
}
