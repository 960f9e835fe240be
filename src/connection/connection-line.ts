import type { AwakeTimer } from '../common/awake-timer.js';
import type { Cancel, Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import type { Availability } from './availability.js';
import {
  RedisDatabaseError,
  RedisTlsRequiredError,
  RedisUnavailableError,
  type UnavailableReason,
} from './connection.errors.js';
import type { RedisClient } from './connection.options.js';
import { endClient } from './end-client.js';
import { describeConnectError, fatalConnectError } from './reply-errors.js';
import { speaksTls } from './tls-probe.js';

interface LineParts {
  readonly name: string;
  readonly client: RedisClient;
  readonly owned: boolean;
  readonly events: SuiteEvents;
  readonly clock: Clock;
  readonly timer: AwakeTimer;
  readonly availability: Availability;
}

interface Waiter {
  /** Waits on although the server is known to be away, as the boot does. */
  readonly patient: boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Watches whether a client is connected, and lets calls wait a bounded time for it.
 *
 * @internal
 */
export class ConnectionLine {
  readonly #parts: LineParts;
  readonly #waiters = new Set<Waiter>();
  readonly #unlisten: () => void;
  /** Says how far the first connection got. */
  #greeting: 'never' | 'now' | 'done' = 'never';
  /** Says whether the connection that closes next was of use. */
  #stood: boolean;
  #closed = false;

  constructor(parts: LineParts) {
    this.#parts = parts;
    this.#stood = parts.client.status === 'ready';
    this.#unlisten = this.#listen();
  }

  /** Tells whether a call may go out at once. */
  get isReady(): boolean {
    return (
      this.#parts.client.status === 'ready' && this.#parts.availability.state !== 'down' && !this.#closed
    );
  }

  /** Waits until calls may go out; rejects as soon as the server is known to be away. Who is `patient` waits on all the same. */
  untilReady(timeoutMs: number, { patient = false } = {}): Promise<void> {
    const { client, availability } = this.#parts;
    if (this.#closed || client.status === 'end') return Promise.reject(this.#unavailable('closed'));
    if (this.isReady) return Promise.resolve();
    if (availability.state === 'down' && !patient) return Promise.reject(this.#unavailable('disconnected'));
    return new Promise((resolve, reject) => {
      const giveUp = () => settle(() => reject(this.#unavailable('timeout')));
      const cancel = this.#parts.timer.after(timeoutMs, giveUp);
      const waiter: Waiter = {
        patient,
        resolve: () => settle(resolve),
        reject: (error) => settle(() => reject(error)),
      };
      const settle = (outcome: () => void) => {
        cancel();
        this.#waiters.delete(waiter);
        outcome();
      };
      this.#waiters.add(waiter);
      if (client.status === 'wait') this.#connect();
    });
  }

  /** Lets the waiting calls go, or fail, when the server's availability has changed. */
  onAvailability(): void {
    if (this.isReady) this.#resolveAll();
    else if (this.#parts.availability.state === 'down') {
      this.#rejectAll(this.#unavailable('disconnected'), ({ patient }) => !patient);
    }
  }

  /** Says good-bye to the server, within `timeoutMs`, if the client is ours. */
  async close(timeoutMs: number): Promise<void> {
    const { client, owned, clock, availability } = this.#parts;
    if (this.#closed) return;
    this.#closed = true;
    availability.close();
    this.#rejectAll(this.#unavailable('closed'));
    if (owned && client.status === 'ready') {
      let cancel: Cancel = () => {};
      const limit = new Promise<void>((resolve) => (cancel = clock.after(timeoutMs, resolve)));
      const ended = new Promise((resolve) => client.once('end', resolve));
      // A server that does not answer the good-bye has no connection to end.
      const goodBye = client.quit().then(
        () => ended,
        () => undefined,
      );
      await Promise.race([goodBye, limit]);
      cancel();
    }
    if (owned && client.status !== 'end') endClient(client);
    this.#unlisten();
  }

  #connect(): void {
    // What went wrong arrives as an 'error' event too, which is where it is told.
    this.#parts.client.connect().catch(() => undefined);
  }

  #listen(): () => void {
    const { client, availability } = this.#parts;
    const listeners: Record<string, (error: Error) => void> = {
      connect: () => this.#onConnect(),
      ready: () => this.#onReady(),
      error: (error) => this.#onError(error),
      close: () => this.#onClose(),
      end: () => {
        availability.wentDown();
        this.#rejectAll(this.#unavailable('closed'));
      },
    };
    for (const [event, listener] of Object.entries(listeners)) client.on(event, listener);
    return () => {
      for (const [event, listener] of Object.entries(listeners)) client.off(event, listener);
      // A socket that dies after we let go must not become an unhandled 'error' event.
      if (this.#parts.owned) client.on('error', () => undefined);
    };
  }

  #onConnect(): void {
    if (this.#greeting === 'never') this.#greeting = 'now';
  }

  #onReady(): void {
    this.#greeting = 'done';
    this.#stood = true;
    this.#parts.events.emit('connection:connected', { connection: this.#parts.name });
    if (this.isReady) this.#resolveAll();
    else this.#parts.availability.probeNow();
  }

  #onClose(): void {
    const { name, events, availability } = this.#parts;
    // A try that failed loses nothing.
    if (this.#stood) {
      availability.failed();
      events.emit('connection:closed', { connection: name });
    }
    // One lost connection may be made again at once, and is one failure, whatever it took along; a server that ends them
    // before they are of use is away.
    if (this.#greeting === 'now') void this.#suspectTls();
    else if (!this.#stood) availability.wentDown();
    this.#greeting = 'done';
    this.#stood = false;
  }

  /** Finds out, once, whether a server that ended the first connection in the middle of the greeting speaks only TLS. */
  async #suspectTls(): Promise<void> {
    const { client, name, owned, events } = this.#parts;
    if (!owned || this.#closed || !(await speaksTls(client))) return;
    const error = new RedisTlsRequiredError(name);
    events.emit('connection:error', { connection: name, message: error.message });
    this.#rejectAll(error);
  }

  #onError(error: Error): void {
    const { name, events, availability, owned, client } = this.#parts;
    const fatal = fatalConnectError(error, name);
    const message = fatal?.message ?? this.#describe(error);
    events.emit('connection:error', { connection: name, message });
    if (fatal !== null) this.#rejectAll(fatal);
    if (client.status !== 'ready') availability.wentDown();
    // ioredis would go on with database 0.
    if (owned && fatal instanceof RedisDatabaseError) endClient(client, { reconnect: true });
  }

  /** A server that does not speak TLS waits on for a command that it can read. */
  #describe(error: Error): string {
    const text = describeConnectError(error);
    const { client } = this.#parts;
    const mayBePlain = text === 'ETIMEDOUT' && this.#greeting === 'never' && !('nodes' in client);
    return mayBePlain && client.options.tls ? `${text}: see that the port speaks TLS` : text;
  }

  #resolveAll(): void {
    for (const waiter of [...this.#waiters]) waiter.resolve();
  }

  #rejectAll(error: Error, which: (waiter: Waiter) => boolean = () => true): void {
    for (const waiter of [...this.#waiters].filter(which)) waiter.reject(error);
  }

  #unavailable(reason: UnavailableReason): RedisUnavailableError {
    return new RedisUnavailableError(this.#parts.name, reason);
  }
}
