import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SYSTEM_CLOCK } from '../../../src/common/clock.js';
import type { ConcurrencyPolicy } from '../../../src/rate-limit/policies/concurrency.options.js';
import { RateLimitUnavailableError } from '../../../src/rate-limit/rate-limit.errors.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import { startTcpProxy, type TcpProxy } from '../../../src/testing/tcp-proxy.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openGateway, type OpenGateway } from '../../support/gateway.js';
import { HandClock } from '../../support/hand-clock.js';
import { limitsOver, PATIENT, PATIENT_CONNECTION } from '../../support/rate-limits.js';
import { until } from '../../support/until.js';

describe('permits of calls in flight', () => {
  let server: TestRedis;
  let proxy: TcpProxy;
  let direct: OpenGateway;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    server = await startRedis();
    proxy = await startTcpProxy({ target: server.url });
    direct = await openGateway(server.url, PATIENT_CONNECTION);
  });
  afterAll(async () => {
    await Promise.all(closing.map((close) => close()));
    await direct?.close();
    await proxy?.stop();
    await server?.stop();
  });

  async function worker(
    namespace: string,
    policy: ConcurrencyPolicy,
    tries: number,
  ): Promise<[ChildProcess, number]> {
    const execArgv = ['--no-warnings', '--import', './test/support/typescript.mjs'];
    const args = [server.url, namespace, JSON.stringify(policy), String(tries)];
    const child = fork('test/support/permit-worker.ts', args, { execArgv });
    closing.push(async () => void child.kill('SIGKILL'));
    const [taken] = (await once(child, 'message')) as [number];
    return [child, taken];
  }

  it('of a killed process are there again when their lease has ended, and those of others stay', async () => {
    const namespace = randomUUID();
    const policy: ConcurrencyPolicy = { name: 'export', concurrency: 5, lease: '1s' };
    const [[doomed, first], [, second], [, third]] = await Promise.all([
      worker(namespace, policy, 2),
      worker(namespace, policy, 2),
      worker(namespace, policy, 2),
    ]);
    expect([first, second, third].toSorted()).toEqual([1, 2, 2]);
    const limits = limitsOver(direct.gateway, { namespace, ...PATIENT });
    expect(await limits.peek(policy, 'everybody')).toMatchObject({ allowed: false });
    doomed.kill('SIGKILL');
    await until(async () => (await limits.peek(policy, 'everybody')).allowed);
    // Two leases later the living still hold theirs, because they renew them.
    const end = performance.now() + 2_000;
    await until(async () => {
      expect((await limits.peek(policy, 'everybody')).remaining).toBe(first);
      return performance.now() > end;
    });
  });

  it('are renewed while they are held, come back after the server lost them, and end when nobody renews', async () => {
    const clock = new HandClock();
    const namespace = randomUUID();
    const limits = limitsOver(direct.gateway, { namespace, ...PATIENT, clock });
    const policy: ConcurrencyPolicy = { name: 'held', concurrency: 1, lease: '30s' };
    const permit = await limits.acquire(policy, 'x');
    const [key = ''] = await direct.client.keys(`${namespace}:*`);
    expect(key).toMatch(/^[^:]+:ratelimit:\{[\w-]{22}\}:held:permits$/);
    expect(await direct.client.pttl(key)).toBeGreaterThan(29_000);
    await direct.client.del(key);
    await clock.move(10_000);
    await until(async () => (await direct.client.exists(key)) === 1);
    await permit.release();
    await clock.move(20_000);
    expect(clock.pending).toBeLessThanOrEqual(1);
    expect(await direct.client.exists(key)).toBe(0);
    await limits.acquire(policy, 'x');
    const [member = ''] = await direct.client.zrange(key, '0', '0');
    await direct.client.zadd(key, '1', member);
    expect(await limits.peek(policy, 'x')).toMatchObject({ remaining: 1 });
  });

  it('are counted in the process while Redis is away, and known to it when it is back', async () => {
    const namespace = randomUUID();
    const away = await openGateway(proxy.url, { commandTimeout: '100ms' });
    closing.push(() => away.close());
    const clock = new HandClock();
    const after = { ...SYSTEM_CLOCK, after: clock.after.bind(clock) };
    const limits = limitsOver(away.gateway, { namespace, events: away.events, decisionTimeout: '50ms' });
    const renewing = limitsOver(away.gateway, { namespace, ...PATIENT, clock: after });
    const policy: ConcurrencyPolicy = { name: 'away', concurrency: 2, lease: '30s' };
    proxy.drop({ refuseNew: true });
    await until(() => away.gateway.availability.state === 'down');
    const permits = [await renewing.acquire(policy, 'x'), await renewing.acquire(policy, 'x')];
    expect(permits[1]?.decision).toMatchObject({ allowed: true, remaining: 0, degraded: true });
    await expect(renewing.acquire(policy, 'x')).rejects.toMatchObject({ decision: { degraded: true } });
    await expect(limits.acquire({ ...policy, onRedisDown: 'deny' }, 'x')).rejects.toThrow(
      RateLimitUnavailableError,
    );
    for (let i = 0; i < 3; i++) await limits.acquire({ ...policy, onRedisDown: 'allow' }, 'x');
    proxy.resume();
    await until(() => away.gateway.availability.state === 'ready');
    await clock.move(10_000);
    await until(async () => (await limits.peek(policy, 'x')).remaining === 0);
    await Promise.all(permits.map((permit) => permit.release()));
    expect(await limits.peek(policy, 'x')).toMatchObject({ remaining: 2, degraded: false });
  });
});
