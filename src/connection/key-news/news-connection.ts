import type { Redis } from 'ioredis';
import type { Cancel, Clock } from '../../common/clock.js';
import { endClient } from '../end-client.js';
import { sendOwn } from '../own-command.js';
import type { NewsSource } from './key-news.js';

/** Is where a server delivers its news of keys to a connection that speaks RESP2. */
const INVALIDATIONS = '__redis__:invalidate';
/** Is how often the connection is asked for a sign of life. */
const WATCH_MS = 500;

/** Is what a connection for news is made of. @internal */
export interface NewsConnectionParts {
  /** Is a client that nobody else uses, not yet connected, without an offline queue. */
  readonly client: Redis;
  /** Is what the keys begin with. */
  readonly prefix: string;
  /** Is where processes tell of changes when the server does not. */
  readonly channel: string;
  readonly clock: Clock;
  /** Bounds the wait for a sign of life. */
  readonly limitMs: number;
  /** Asks the server for a sign of life on the connection that commands go over. */
  readonly probe: () => Promise<unknown>;
  /** Is told that the server is silent on both connections, before it is told that this one is lost. */
  readonly onAway: () => void;
  /** Is told whenever `source` has changed. */
  readonly onChange: () => void;
  readonly onKeys: (keys: readonly string[] | null) => void;
}

/**
 * Hears from one server which keys change: over CLIENT TRACKING in broadcast mode, redirected to this very connection,
 * which works on every release since Redis 6 and through clients that know nothing of pushes. Where the server refuses
 * that, over a channel.
 *
 * A connection that is half open delivers nothing and looks well, so it is asked for a sign of life twice a second.
 *
 * @internal
 */
export class NewsConnection {
  readonly #parts: NewsConnectionParts;
  #source: NewsSource | null = null;
  #cancelWatch: Cancel = () => {};
  #heard = false;
  #closed = false;

  constructor(parts: NewsConnectionParts) {
    this.#parts = parts;
    const { client } = parts;
    client.on('ready', () => void this.#arm());
    client.on('close', () => this.#become(null));
    client.on('error', () => undefined); // The gateway's own client meets the same server and tells.
    client.on('messageBuffer', (channel: Buffer, message: Buffer | Buffer[] | null) =>
      this.#deliver(String(channel), message),
    );
    client.connect().catch(() => undefined);
  }

  /** Says who tells of changes on this connection at present; null while it is not known to hear any. */
  get source(): NewsSource | null {
    return this.#source;
  }

  /** Ends the connection. */
  close(): void {
    this.#closed = true;
    this.#cancelWatch();
    endClient(this.#parts.client);
  }

  async #arm(): Promise<void> {
    const { client } = this.#parts;
    try {
      const source = (await this.#tries(() => this.#track()))
        ? 'server'
        : (await this.#tries(() => client.subscribe(this.#parts.channel)))
          ? 'processes'
          : 'nobody';
      if (client.status !== 'ready' || this.#closed) return;
      this.#become(source);
      this.#watch();
    } catch {
      // Lost again, or too slow: the next connection is armed, which 'ready' tells.
      endClient(client, { reconnect: true });
    }
  }

  async #track(): Promise<void> {
    const { client, prefix } = this.#parts;
    const id = await client.client('ID');
    await client.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', String(id), 'BCAST', 'PREFIX', prefix);
    await client.subscribe(INVALIDATIONS);
  }

  /** @returns false when the server refuses. */
  async #tries(ask: () => Promise<unknown>): Promise<boolean> {
    try {
      await ask();
      return true;
    } catch (error) {
      if ((error as Error).name === 'ReplyError') return false;
      throw error;
    }
  }

  #deliver(channel: string, message: Buffer | Buffer[] | null): void {
    this.#heard = true;
    if (channel === INVALIDATIONS) {
      // A flush of the whole database is told as no keys at all.
      this.#parts.onKeys(Array.isArray(message) ? message.map(String) : null);
    } else this.#parts.onKeys(readAnnouncement(String(message)));
  }

  #watch(): void {
    this.#heard = false;
    this.#cancelWatch = this.#parts.clock.after(WATCH_MS, () => {
      if (this.#source === null) return;
      if (this.#heard) this.#watch();
      else void this.#check();
    });
  }

  async #check(): Promise<void> {
    const { client, probe, onAway } = this.#parts;
    const isServerThere = probe().then(
      () => true,
      () => false,
    );
    const isHeard = await this.#answers();
    if (isHeard) this.#watch();
    if (isHeard || this.#source === null) return;
    if (!(await isServerThere)) onAway();
    this.#become(null);
    endClient(client, { reconnect: true });
  }

  #answers(): Promise<boolean> {
    const { client, clock, limitMs } = this.#parts;
    return new Promise((resolve) => {
      let isOver = false;
      const settle = (answer: boolean) => {
        isOver = true;
        cancel();
        resolve(answer);
      };
      // After a pause of this process the timer comes first, although the answer lies there to be read.
      const cancel = clock.after(limitMs, () => setImmediate(() => isOver || settle(false)));
      sendOwn(client, ['ping']).then(
        () => settle(true),
        () => settle(false),
      );
    });
  }

  #become(source: NewsSource | null): void {
    if (this.#source === source) return;
    this.#source = source;
    if (source === null) this.#cancelWatch();
    if (!this.#closed) this.#parts.onChange();
  }
}

/** Anybody may publish anything; what is no list of keys is taken for news of all. */
function readAnnouncement(message: string): string[] | null {
  try {
    const keys: unknown = JSON.parse(message);
    return Array.isArray(keys) && keys.every((key) => typeof key === 'string') ? keys : null;
  } catch {
    return null;
  }
}
