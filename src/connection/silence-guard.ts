import type { Redis } from 'ioredis';
import type { Cancel, Clock } from '../common/clock.js';
import type { RedisClient } from './connection.options.js';
import { SILENT } from './reply-errors.js';

/** Is how often each connection is looked at within the time for which it may be silent. */
const LOOKS = 4;

/** Is what was seen of a connection. */
interface Seen {
  readonly bytes: number;
  /** Counts the looks in a row that found nothing new although something was owed. */
  readonly silentLooks: number;
}

/**
 * Ends a connection that owes an answer for too long: it is dead, or stuck in half a reply, and only a new one helps. A
 * process that stood still has looked once.
 *
 * @internal
 */
export class SilenceGuard {
  readonly #pauseMs: number;
  readonly #seen = new WeakMap<Redis['stream'], Seen>();
  #cancel: Cancel = () => undefined;

  /** Lets a connection be silent for `limitMs`, and for a quarter of that more at most. */
  constructor(
    private readonly client: RedisClient,
    private readonly clock: Clock,
    limitMs: number,
  ) {
    this.#pauseMs = limitMs / LOOKS;
    this.#lookLater();
  }

  /** Looks no more. */
  close(): void {
    this.#cancel();
  }

  #lookLater(): void {
    // What has arrived meanwhile is read first.
    this.#cancel = this.clock.after(this.#pauseMs, () => {
      const look = setImmediate(() => {
        this.#lookLater();
        for (const node of this.#nodes()) this.#look(node);
      });
      this.#cancel = () => clearImmediate(look);
    });
  }

  #nodes(): Redis[] {
    return 'nodes' in this.client ? this.client.nodes('all') : [this.client];
  }

  #look({ status, stream, commandQueue }: Redis): void {
    // One that never connected has none. What a connection in the making owes is what will be sent over it again.
    if ((stream as Redis['stream'] | undefined) === undefined || stream.destroyed) return;
    if (status === 'connecting') return;
    const { bytesRead: bytes } = stream;
    const before = this.#seen.get(stream);
    const isSilent = commandQueue.length > 0 && before?.bytes === bytes;
    const silentLooks = isSilent ? before.silentLooks + 1 : 0;
    this.#seen.set(stream, { bytes, silentLooks });
    if (silentLooks > LOOKS) stream.destroy(new Error(SILENT));
  }
}
