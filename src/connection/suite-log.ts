import { Injectable, Logger } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import { SuiteEvents, type SuiteEventMap } from '../common/events.js';
import type { AvailabilityState } from './availability.js';
import { InjectClock } from './connection.tokens.js';
import './server-review.js';

const SENTENCES: Record<AvailabilityState, string> = {
  ready: 'is ready again.',
  slow: 'is slow.',
  down: 'is down; calls fail at once until it answers again.',
};

/** Are the codes that say how the server does, whichever command meets them. */
const OF_THE_SERVER = new Set([
  ...['LOADING', 'BUSY', 'MASTERDOWN', 'CLUSTERDOWN', 'READONLY'],
  ...['OOM', 'MISCONF', 'NOREPLICAS', 'NOAUTH'],
]);

/** Is how long a server must not have refused something for it to be told once more. */
const QUIET_MS = 60_000;

/**
 * Writes to Nest's log what an operator must know: a line when a connection becomes ready, slow or down, and one for
 * each kind of error that an outage or a refusing server brings, however many calls and tries to reconnect meet it. A
 * refusal is told anew when there was none for a minute.
 *
 * @internal
 */
@Injectable()
export class SuiteLog {
  readonly #logger = new Logger('RedisModule');
  /** Holds, by connection, the errors told since it last stood. */
  readonly #told = new Map<string, Set<string>>();
  /** Holds when each refusal was last met. */
  readonly #refused = new Map<string, number>();

  constructor(
    events: SuiteEvents,
    @InjectClock() private readonly clock: Clock,
  ) {
    events.on('connection:availability', (change) => this.#onAvailability(change));
    events.on('connection:error', (error) => this.#onError(error));
    events.on('connection:refusal', (refusal) => this.#onRefusal(refusal));
    events.on('connection:findings', (review) => this.#onFindings(review));
    events.on('connection:replicas', (change) => this.#onReplicas(change));
    events.on('connection:embedded', (server) => this.#onEmbedded(server));
    events.on('connection:connected', ({ connection }) => this.#told.delete(connection));
    events.on('suite:error', ({ where, error }) => this.#logger.error(`${where}: ${error.message}`));
  }

  #onEmbedded({ connection, port, pid }: SuiteEventMap['connection:embedded']): void {
    this.#logger.log(
      `Redis connection '${connection}' uses the embedded Valkey on 127.0.0.1:${port} (process ${pid}); ` +
        `its data ends with this application.`,
    );
  }

  #onAvailability({ connection, state }: SuiteEventMap['connection:availability']): void {
    const line = `Redis connection '${connection}' ${SENTENCES[state]}`;
    if (state === 'ready') this.#logger.log(line);
    else this.#logger.warn(line);
  }

  #onReplicas({ connection, areRead }: SuiteEventMap['connection:replicas']): void {
    const line = `Redis connection '${connection}' `;
    if (areRead) this.#logger.log(`${line}reads from replicas.`);
    else this.#logger.warn(`${line}reads from masters only: a replica is too far behind, or away.`);
  }

  #onFindings({ connection, findings }: SuiteEventMap['connection:findings']): void {
    for (const { severity, message } of findings) {
      const line = `Redis connection '${connection}': ${message}`;
      if (severity === 'notice') this.#logger.log(line);
      else this.#logger.warn(line);
    }
  }

  #onError({ connection, message }: SuiteEventMap['connection:error']): void {
    this.#warnOnce(connection, `met an error: ${message}`);
  }

  #onRefusal({ connection, command, replyCode }: SuiteEventMap['connection:refusal']): void {
    const key = `${connection} ${OF_THE_SERVER.has(replyCode) ? '' : command} ${replyCode}`;
    const nowMs = this.clock.monotonic();
    const isNew = nowMs - (this.#refused.get(key) ?? -Infinity) >= QUIET_MS;
    this.#refused.set(key, nowMs);
    if (isNew) this.#logger.warn(`Redis connection '${connection}' refused ${command}: ${replyCode}`);
  }

  #warnOnce(connection: string, line: string): void {
    const told = this.#told.get(connection) ?? new Set();
    this.#told.set(connection, told);
    if (told.has(line)) return;
    told.add(line);
    this.#logger.warn(`Redis connection '${connection}' ${line}`);
  }
}
