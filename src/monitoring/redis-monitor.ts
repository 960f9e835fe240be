import { Inject, Injectable } from '@nestjs/common';
import { toError } from '../common/errors.js';
import { ConnectionMeters } from './connection-meters.js';
import { SERVER_READERS } from './monitoring.constants.js';
import type { RateLimitCounts } from './rate-limit-meters.js';
import type { ConnectionSnapshot, RedisSnapshot } from './redis-snapshot.js';
import type { ServerReader } from './server-reader.js';
import { reportServer } from './server-report.js';
import { WingMeters } from './wing-meters.js';

/**
 * Tells what this process does with Redis and what the servers say of themselves.
 *
 * Counting starts with the application, costs well under a microsecond a command, and opens no connection and no
 * timer. Calls on a client from `@InjectRedis` are the application's own and are not counted.
 *
 * @publicApi
 */
@Injectable()
export class RedisMonitor {
  readonly #startedAt = performance.now();

  constructor(
    private readonly meters: ConnectionMeters,
    private readonly wings: WingMeters,
    @Inject(SERVER_READERS) private readonly readers: readonly ServerReader[],
  ) {}

  /**
   * Takes a picture: the counts since the application started, and INFO of every master, O(1). A server that does not
   * answer is told in the picture, within its connection's time limit; the call never rejects.
   */
  async snapshot(): Promise<RedisSnapshot> {
    const connections = await Promise.all(this.readers.map((reader) => this.#connection(reader)));
    return {
      takenAt: new Date().toISOString(),
      countedMs: Math.round(performance.now() - this.#startedAt),
      connections: Object.fromEntries(connections),
      locks: this.wings.locks.snapshot(),
      rateLimits: this.rateLimits(),
    };
  }

  /** Returns what rate limits did in this process, by the name of the policy. */
  rateLimits(): Record<string, RateLimitCounts> {
    return this.wings.rateLimits.snapshot();
  }

  async #connection(reader: ServerReader): Promise<[name: string, snapshot: ConnectionSnapshot]> {
    const servers = await readServers(reader);
    return [reader.connection, { ...this.meters.of(reader.connection).snapshot(), ...servers }];
  }
}

async function readServers(
  reader: ServerReader,
): Promise<Pick<ConnectionSnapshot, 'servers' | 'serversProblem'>> {
  try {
    return { servers: (await reader.read()).map(reportServer), serversProblem: null };
  } catch (error) {
    return { servers: [], serversProblem: toError(error).message };
  }
}
