import { randomBytes } from 'node:crypto';
import type { ChannelListener, RedisGateway } from '../connection/redis-gateway.js';
import type { LeaseKeeper } from './lease-keeper.js';
import { siblingKeys } from './lock-keys.js';
import type { Claim } from './lock.scripts.js';
import type { WaitRooms } from './wait-rooms.js';

interface StationDeps {
  readonly redis: RedisGateway;
  readonly keeper: LeaseKeeper;
  readonly rooms: WaitRooms;
  /** Is what the channel of every station begins with. */
  readonly channels: string;
  /** Is told of a turn that nobody waits for any more. */
  readonly onStray: (stray: Pick<Claim, 'token' | 'keys' | 'ttlMs'>) => void;
}

/** Begins the name of a station that hears nothing, as the scripts know it. */
const DEAF = '~';

/**
 * Is this process as the lock scripts know it: it names its claims, and hears on one channel whose turn it is, unless
 * its connection delivers no messages.
 *
 * @internal
 */
export class LockStation implements ChannelListener {
  readonly #deps: StationDeps;
  readonly #id: string;
  #count = 0;
  #opening: Promise<() => Promise<void>> | null = null;
  #isOpen: boolean;

  constructor(deps: StationDeps) {
    this.#deps = deps;
    this.#isOpen = !deps.redis.capabilities.push;
    this.#id = (deps.redis.capabilities.push ? '' : DEAF) + randomBytes(12).toString('base64url');
  }

  /** Names a new claim. */
  newToken(): string {
    return `${this.#id}.${(this.#count++).toString(36)}`;
  }

  /** Says whether it listens, or has nothing to listen to. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Listens, from the first call on; rejects while the server is away. */
  async open(): Promise<void> {
    if (this.#isOpen) return;
    const { redis, channels } = this.#deps;
    this.#opening ??= redis.subscribe(channels + this.#id, this);
    try {
      await this.#opening;
      this.#isOpen = true;
    } catch (error) {
      this.#opening = null;
      throw error;
    }
  }

  /** Stops listening. */
  async close(): Promise<void> {
    const stop = await this.#opening?.catch(() => undefined);
    await stop?.();
  }

  onMessage(message: string): void {
    const [kind, ...words] = message.split(' ');
    if (kind === 'granted') this.#onGranted(words);
    else if (kind === 'watch') this.#deps.rooms.expect(words[1] ?? '', Number(words[0]));
    else if (kind === 'revoked') this.#deps.keeper.revoke(words[0] ?? '');
    else if (kind === 'check') this.#deps.keeper.check(words[0] ?? '');
  }

  onResume(): void {
    this.#deps.rooms.checkAll();
  }

  #onGranted([token = '', fence = '0', serverMs, leaseMs, lease = '']: string[]): void {
    const turn = { fence: BigInt(fence), serverMs: Number(serverMs), leaseMs: Number(leaseMs) };
    // Who holds it already was told so by the answer to a question of its own, which overtook this word.
    if (this.#deps.rooms.call(token, turn) || this.#deps.keeper.has(token)) return;
    const keys = siblingKeys(lease);
    if (keys !== undefined) this.#deps.onStray({ token, keys, ttlMs: turn.leaseMs });
  }
}
