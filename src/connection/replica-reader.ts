import type { Redis } from 'ioredis';
import type { AwakeTimer } from '../common/awake-timer.js';
import type { Cancel, Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import { parseServerInfo } from '../common/server-info.js';
import type { RedisClient } from './connection.options.js';
import { endClient } from './end-client.js';
import type { RedisCommand, RedisReply } from './lua-script.js';
import { sendOwn } from './own-command.js';
import { SilenceGuard } from './silence-guard.js';

/** Bounds how old, in milliseconds, what a replica answers may be. @internal */
export const MAX_REPLICA_LAG_MS = 3_000;

/** Is how often masters and replicas are compared. */
const CHECK_MS = 1_000;

interface ReplicaParts {
  readonly name: string;
  /** Reaches replicas, and nothing else where there is one. */
  readonly client: RedisClient;
  /** Returns the masters, over connections of their own. */
  readonly masters: () => Redis[];
  readonly events: SuiteEvents;
  readonly clock: Clock;
  /** Limits what is asked. */
  readonly timer: AwakeTimer;
  /** Limits a call, in milliseconds. */
  readonly commandTimeoutMs: number;
}

/** Maps histories of writes, each of which a master and its replicas share, to how far one of them got. */
type Progress = ReadonlyMap<string, number>;

/**
 * Reads from replicas as long as they are known to have all that their masters had three seconds ago.
 *
 * Once a second both are asked how far they are: whoever has by then what its master had the second before may be read.
 * A replica that cannot tell, was just connected, or follows a master nobody knows is not read.
 *
 * @internal
 */
export class ReplicaReader {
  readonly #parts: ReplicaParts;
  #before: { readonly progress: Progress; readonly askedAtMs: number } | null = null;
  #freshUntilMs = -Infinity;
  /** Counts what made earlier answers worthless. */
  #changes = 0;
  #isRead = false;
  #cancelCheck: Cancel = () => {};
  #silence: SilenceGuard | null = null;
  #closed = false;

  constructor(parts: ReplicaParts) {
    this.#parts = parts;
  }

  /** Says that replicas may be read now. They are connected when somebody first asks. */
  get isFresh(): boolean {
    if (this.#silence === null) this.#open();
    return this.#parts.clock.monotonic() < this.#freshUntilMs;
  }

  /** Sends a command that only reads; one that fails shuts the replicas out until the next comparison. */
  async send([command, ...args]: RedisCommand, binary: boolean): Promise<RedisReply> {
    const { client, commandTimeoutMs } = this.#parts;
    // A cluster's client knows what only reads by its name in small letters.
    const name = command.toLowerCase();
    try {
      // The master must have time to answer in place of a replica that does not.
      return await this.#within(commandTimeoutMs / 2, sendOwn(client, [name, ...args], binary));
    } catch (error) {
      this.#doubt();
      throw error;
    }
  }

  /** Ends the connections to replicas. */
  close(): void {
    this.#closed = true;
    this.#doubt();
    this.#cancelCheck();
    this.#silence?.close();
    endClient(this.#parts.client);
  }

  #open(): void {
    if (this.#closed) return;
    const { client, clock, commandTimeoutMs } = this.#parts;
    this.#silence = new SilenceGuard(client, clock, commandTimeoutMs);
    // What went wrong shows by the masters being read.
    client.on('error', () => undefined);
    for (const event of ['close', 'ready', '+node']) client.on(event, () => this.#doubt());
    client.connect().catch(() => undefined);
    this.#checkLater();
  }

  #within<T>(limitMs: number, answer: Promise<T>): Promise<T> {
    return this.#parts.timer.bound(answer, limitMs, () => new Error('Command timed out'));
  }

  #doubt(): void {
    this.#changes++;
    this.#freshUntilMs = -Infinity;
  }

  #checkLater(): void {
    this.#cancelCheck = this.#parts.clock.after(CHECK_MS, () => {
      void this.#check().then(() => {
        if (!this.#closed) this.#checkLater();
      });
    });
  }

  async #check(): Promise<void> {
    const { clock, masters, commandTimeoutMs } = this.#parts;
    const [before, changes, askedAtMs] = [this.#before, this.#changes, clock.monotonic()];
    this.#before = null;
    try {
      const [ahead, replicas] = await this.#within(
        commandTimeoutMs,
        Promise.all([progressOf(masters()), progressOf(this.#replicas())]),
      );
      this.#before = { progress: new Map(ahead), askedAtMs };
      if (changes === this.#changes)
        this.#freshUntilMs = isUpToDate(replicas, before?.progress)
          ? (before?.askedAtMs ?? -Infinity) + MAX_REPLICA_LAG_MS
          : -Infinity;
    } catch {
      // Who does not say how far it is may be anywhere, which the next line tells.
      this.#doubt();
    }
    this.#tell();
  }

  #replicas(): Redis[] {
    const { client } = this.#parts;
    return 'nodes' in client ? client.nodes('slave') : [client];
  }

  #tell(): void {
    const { name, events } = this.#parts;
    if (this.isFresh === this.#isRead) return;
    this.#isRead = this.isFresh;
    events.emit('connection:replicas', { connection: name, areRead: this.#isRead });
  }
}

/** Asks servers how far they are. INFO replication, O(1). */
function progressOf(servers: readonly Redis[]): Promise<[history: string, offset: number][]> {
  return Promise.all(
    servers.map(async (server) => {
      const info = parseServerInfo(String(await sendOwn(server, ['info', 'replication'])));
      // What a replica has applied it counts apart from what it would hand on.
      const offset = info.get('slave_repl_offset') ?? info.get('master_repl_offset');
      return [info.get('master_replid') ?? '', Number(offset)] as [string, number];
    }),
  );
}

function isUpToDate(replicas: Awaited<ReturnType<typeof progressOf>>, before: Progress = new Map()): boolean {
  return (
    replicas.length > 0 && replicas.every(([history, offset]) => offset >= (before.get(history) ?? Infinity))
  );
}
