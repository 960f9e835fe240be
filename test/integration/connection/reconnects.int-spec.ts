import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { CacheService } from '../../../src/cache/cache.service.js';
import { getGatewayToken } from '../../../src/connection/connection.tokens.js';
import type { IoredisGateway } from '../../../src/connection/ioredis-gateway.js';
import { LockService } from '../../../src/lock/lock.service.js';
import { RateLimitService } from '../../../src/rate-limit/rate-limit.service.js';
import { RedisModule } from '../../../src/redis.module.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { until } from '../../support/until.js';

const RECONNECTS = 100;

/** `test/chaos/soak.ts` does it a thousand times. */
describe('An application whose connections are ended again and again', () => {
  let server: TestRedis;
  let admin: Redis;
  let app: INestApplicationContext;

  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
    const connectionDefaults = { reconnect: { minDelay: 1, maxDelay: 5 } };
    const module = RedisModule.forRoot({
      connection: server.url,
      connectionDefaults,
      namespace: randomUUID(),
    });
    app = await NestFactory.createApplicationContext(module, { logger: false });
  });
  afterAll(async () => {
    await app?.close();
    admin?.disconnect();
    await server?.stop();
  });

  async function use(): Promise<boolean> {
    const key = randomUUID();
    await app.get(CacheService).set(key, 1);
    await app.get(CacheService).getOrSet(key, () => 2, { tags: ['all'] });
    const { degraded } = await app
      .get(RateLimitService)
      .consume({ name: 'many', limit: 1_000_000, window: '1m' }, 'me');
    await app.get(LockService).withLock('mine', () => Promise.resolve());
    return !degraded;
  }

  const works = () => until(() => use().catch(() => false), 10_000);
  const connections = async () => ((await admin.client('LIST')) as string).trim().split('\n').length;

  /** Counts what listens at the client, and what keeps the process alive. */
  function remains() {
    const { client } = app.get<IoredisGateway>(getGatewayToken('state'));
    const listeners = client.eventNames().reduce((sum, name) => sum + client.listenerCount(name), 0);
    const active = process.getActiveResourcesInfo();
    const count = (kind: string) => active.filter((one) => one === kind).length;
    return { listeners, timers: count('Timeout'), sockets: count('TCPSocketWrap') };
  }

  it('leaves no listener, timer or connection behind', async () => {
    await works();
    await until(async () => app.get(CacheService).stats().l1.coherence === 'tracking');
    const [before, atServer] = [remains(), await connections()];
    for (let i = 0; i < RECONNECTS; i++) {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes');
      await works();
    }
    await until(async () => (await connections()) <= atServer);
    await until(() => {
      const { listeners, timers, sockets } = remains();
      return listeners <= before.listeners && timers <= before.timers + 3 && sockets <= before.sockets;
    });
    expect(remains().listeners).toBe(before.listeners);
  });
});
