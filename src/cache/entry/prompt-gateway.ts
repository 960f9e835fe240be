import type { Availability } from '../../connection/availability.js';
import { RedisUnavailableError } from '../../connection/connection.errors.js';
import type { RedisCommand, RedisReply, ScriptCall } from '../../connection/lua-script.js';
import type {
  CallOptions,
  ChannelListener,
  GatewayCapabilities,
  RedisGateway,
  RedisTopology,
} from '../../connection/redis-gateway.js';
import type { WaitLimit } from './wait-limit.js';

interface PromptParts {
  readonly redis: RedisGateway;
  /** Bounds the wait for an answer; null when the connection's own limit will do. */
  readonly limit: WaitLimit | null;
  /** Tells whether invalidations are waiting to be sent. */
  readonly isBehind: () => boolean;
}

/**
 * Is Redis for those who can do without: they wait only briefly, and are refused as long as invalidations of this process
 * have not reached Redis, which might still have what was invalidated.
 *
 * @internal
 */
export class PromptGateway implements RedisGateway {
  readonly name: string;
  readonly topology: RedisTopology;
  readonly capabilities: GatewayCapabilities;
  readonly availability: Availability;
  readonly #parts: PromptParts;

  constructor(parts: PromptParts) {
    const { name, topology, capabilities, availability } = parts.redis;
    this.#parts = parts;
    this.name = name;
    this.topology = topology;
    this.capabilities = capabilities;
    this.availability = availability;
  }

  send(command: RedisCommand, options?: CallOptions): Promise<RedisReply> {
    return this.#promptly(() => this.#parts.redis.send(command, options));
  }

  sendMany(commands: readonly RedisCommand[], options?: CallOptions): Promise<(RedisReply | Error)[]> {
    return this.#promptly(() => this.#parts.redis.sendMany(commands, options));
  }

  sendToMasters(command: RedisCommand, options?: Pick<CallOptions, 'timeoutMs'>): Promise<RedisReply[]> {
    return this.#promptly(() => this.#parts.redis.sendToMasters(command, options));
  }

  run(call: ScriptCall, options?: CallOptions): Promise<RedisReply> {
    return this.#promptly(() => this.#parts.redis.run(call, options));
  }

  groupKeys(keys: readonly string[]): string[][] {
    return this.#parts.redis.groupKeys(keys);
  }

  scan(pattern: string, count?: number): AsyncIterable<string[]> {
    return this.#parts.redis.scan(pattern, count);
  }

  subscribe(channel: string, listener: ChannelListener): Promise<() => Promise<void>> {
    return this.#promptly(() => this.#parts.redis.subscribe(channel, listener));
  }

  #promptly<T>(issue: () => Promise<T>): Promise<T> {
    const { limit, isBehind } = this.#parts;
    if (isBehind()) return Promise.reject(this.#behind());
    const call = issue();
    return limit === null
      ? call
      : limit.bound(call, () => new RedisUnavailableError(this.name, 'timeout', { outlook: TOO_SLOW }));
  }

  #behind(): RedisUnavailableError {
    return new RedisUnavailableError(this.name, 'disconnected', { outlook: BEHIND });
  }
}

const TOO_SLOW = 'it did not answer a read within cache.timeout. Raise that if the server is far away.';
const BEHIND = 'invalidations that were asked for meanwhile come first.';
