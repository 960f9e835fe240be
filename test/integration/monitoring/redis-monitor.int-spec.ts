import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SuiteEvents } from '../../../src/common/events.js';
import { readServerInfo } from '../../../src/connection/server-reading.js';
import { ConnectionMeters } from '../../../src/monitoring/connection-meters.js';
import { LockMeter } from '../../../src/monitoring/lock-meter.js';
import { RateLimitMeters } from '../../../src/monitoring/rate-limit-meters.js';
import { RedisMonitor } from '../../../src/monitoring/redis-monitor.js';
import type { ConnectionSnapshot } from '../../../src/monitoring/redis-snapshot.js';
import { WingMeters } from '../../../src/monitoring/wing-meters.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openGateway, type OpenGateway } from '../../support/gateway.js';
import { until } from '../../support/until.js';

describe('RedisMonitor', () => {
  const ns = `monitor-${Math.random().toString(36).slice(2)}`;
  let server: TestRedis;
  let opened: OpenGateway;
  let monitor: RedisMonitor;

  const snapshot = async (): Promise<ConnectionSnapshot> => (await monitor.snapshot()).connections['state']!;

  beforeAll(async () => {
    const events = new SuiteEvents();
    const meters = new ConnectionMeters(events);
    server = await startRedis({ config: { maxmemory: '64mb', 'maxmemory-policy': 'volatile-lru' } });
    opened = await openGateway(server.url, { events });
    const { gateway } = opened;
    const wings = new WingMeters(new LockMeter(events), new RateLimitMeters(events));
    const reader = { connection: 'state', read: () => readServerInfo(gateway) };
    monitor = new RedisMonitor(meters, wings, [reader]);
  });
  afterAll(async () => {
    await opened?.close();
    await server?.stop();
  });

  it('counts calls, failures and the time of the answered ones by command', async () => {
    await opened.gateway.send(['SET', `${ns}:a`, 'x']);
    for (let call = 0; call < 20; call++) await opened.gateway.send(['GET', `${ns}:a`]);
    await expect(opened.gateway.send(['LPUSH', `${ns}:a`, 'x'])).rejects.toThrow('WRONGTYPE');

    const { commands, calls, failures, latency } = await snapshot();
    expect(commands).toMatchObject({
      SET: { calls: 1, failures: 0 },
      GET: { calls: 20, failures: 0 },
      LPUSH: { calls: 1, failures: 1 },
    });
    expect([calls, failures]).toEqual([23, 1]); // INFO is the last of them.
    expect(latency?.count).toBe(22);
    expect(latency!.p50Ms).toBeGreaterThan(0);
    expect(latency!.p99Ms).toBeGreaterThanOrEqual(latency!.p50Ms);
    expect(latency!.maxMs).toBeGreaterThanOrEqual(latency!.p99Ms);
  });

  it('reports the servers, without the hit rate of the instance', async () => {
    const { servers, serversProblem } = await snapshot();
    expect(serversProblem).toBeNull();
    expect(servers).toHaveLength(1);
    expect(servers[0]).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+/),
      memory: { maxBytes: 64 * 1_048_576, evictionPolicy: 'volatile-lru' },
      clients: { connected: 1, blocked: 0 },
      evictedKeys: 0,
      keys: { 0: 1 },
    });
    expect(servers[0]!.memory.usedBytes).toBeGreaterThan(0);
    expect(JSON.stringify(servers)).not.toMatch(/hit/i);
  });

  it('counts a connection that the server ended, once', async () => {
    const { connectionErrors: errors, reconnects } = await snapshot();
    const admin = new Redis(server.url);
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    admin.disconnect();
    await until(async () => (await snapshot()).reconnects === reconnects + 1);
    expect((await snapshot()).connectionErrors).toBe(errors + 1);
  });

  it('tells of an outage without rejecting, and counts errors and reconnects', async () => {
    await server.kill();
    await until(async () => (await snapshot()).state === 'down');
    expect(await snapshot()).toMatchObject({
      servers: [],
      serversProblem: expect.stringContaining('unavailable'),
      reconnects: 1,
    });
    await server.restart();
    await until(async () => (await snapshot()).serversProblem === null);
    const { reconnects, connectionErrors, state } = await snapshot();
    expect([reconnects, state]).toEqual([2, 'ready']);
    expect(connectionErrors).toBeGreaterThan(0);
  });
});
