import { SYSTEM_CLOCK, type Clock } from '../../src/common/clock.js';
import { KeySpace } from '../../src/common/keys/key-space.js';
import type { ServerConnection } from '../../src/connection/client-factory.js';
import type { RedisGateway } from '../../src/connection/redis-gateway.js';
import { LockEngine } from '../../src/lock/lock-engine.js';
import { LockInspector } from '../../src/lock/lock-info.js';
import { lockKeys, type LockKeys, type LockKind } from '../../src/lock/lock-keys.js';
import { resolveLockOptions, type LockModuleOptions } from '../../src/lock/lock.options.js';
import { Quorums } from '../../src/lock/quorum/quorums.js';
import { LockService } from '../../src/lock/lock.service.js';
import type { SuiteEvents } from '../../src/common/events.js';
import { openGateway, type RestTarget } from './gateway.js';

/** Is one process's worth of locks, with a connection of its own. */
export interface OpenLocks {
  readonly locks: LockService;
  readonly gateway: RedisGateway;
  readonly events: SuiteEvents;
  keysOf(resource: string, kind?: LockKind): LockKeys;
  close(): Promise<void>;
}

export interface OpenLocksOptions extends LockModuleOptions {
  readonly namespace: string;
  readonly commandTimeout?: number;
  readonly clock?: Clock;
  /** Finds the servers of a quorum. */
  readonly find?: (name: string) => RedisGateway | undefined;
  /** Stands between the locks and their gateway. */
  readonly between?: (gateway: RedisGateway) => RedisGateway;
}

/** Opens a lock service for tests that need no Nest application. */
export async function openLocks(
  server: string | ServerConnection | RestTarget,
  {
    namespace,
    commandTimeout,
    clock = SYSTEM_CLOCK,
    find = () => undefined,
    between = (gateway) => gateway,
    ...options
  }: OpenLocksOptions,
): Promise<OpenLocks> {
  const {
    gateway: direct,
    events,
    close,
  } = await openGateway(server, commandTimeout === undefined ? {} : { commandTimeout });
  const gateway = between(direct);
  const keys = new KeySpace(namespace);
  const resolved = resolveLockOptions(options);
  const engine = new LockEngine({ redis: gateway, keys, options: resolved, events, clock });
  const quorums = new Quorums({
    find,
    keys,
    options: resolved,
    events,
    clock,
  });
  const locks = new LockService(engine, new LockInspector(gateway, keys), quorums);
  return {
    locks,
    gateway,
    events,
    keysOf: (resource, kind) => lockKeys(keys, resource, kind),
    close: async () => {
      locks.onModuleDestroy();
      await locks.onApplicationShutdown();
      await close();
    },
  };
}

/** Counts the processes that listen whether it is their turn. */
export async function countStations({ gateway }: OpenLocks, namespace: string): Promise<number> {
  const channels = await gateway.send(['PUBSUB', 'CHANNELS', `${namespace}:lock:station:*`]);
  return (channels as string[]).length;
}

/**
 * Says how holders hear that somebody took their lock: by a message, or where none comes when they prolong it next,
 * for which a test need not wait so long with a short ttl; and how many may wait for each other in a test.
 */
export function howTold({ gateway }: OpenLocks): { reason: 'revoked' | 'gone'; ttl: number; crowd: number } {
  return gateway.capabilities.push
    ? { reason: 'revoked', ttl: 30_000, crowd: 18 }
    : { reason: 'gone', ttl: 900, crowd: 6 };
}
