import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { LockWorker } from '../../support/lock-workers.js';
import { countStations, openLocks, type OpenLocks } from '../../support/locks.js';
import { until } from '../../support/until.js';

const PROCESSES = 4;

/** Is what the server did, in order. */
interface Journal {
  readonly queued: string[];
  readonly granted: { readonly token: string; readonly fence: bigint }[];
  /** Counts the commands that processes sent for locks. */
  commands: number;
}

async function keepJournal(url: string): Promise<{ journal: Journal; stop: () => void }> {
  const client = new Redis(url);
  const monitor = await client.monitor();
  const journal: Journal = { queued: [], granted: [], commands: 0 };
  monitor.on('monitor', (_: string, [command = '', key = '', value = '']: string[], source: string) => {
    const [token = '', fence = '0'] = value.split(' ');
    if (source === 'lua' && command === 'RPUSH') journal.queued.push(token);
    if (source === 'lua' && command === 'SET' && key.endsWith(':lease')) {
      journal.granted.push({ token, fence: BigInt(fence) });
    }
    if (source !== 'lua' && /^eval/i.test(command)) journal.commands++;
  });
  return {
    journal,
    stop: () => {
      monitor.disconnect();
      client.disconnect();
    },
  };
}

describe('locks in several processes', () => {
  const namespace = randomUUID();
  let redis: TestRedis;
  let here: OpenLocks;
  const workers: LockWorker[] = [];
  const start = async () => {
    const worker = await LockWorker.start(redis.url, namespace);
    workers.push(worker);
    return worker;
  };

  beforeAll(async () => {
    redis = await startRedis();
    here = await openLocks(redis.url, { namespace });
  }, 60_000);
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await here?.close();
    await redis?.stop();
  });

  const waitingFor = (resource: string, waiting: number) =>
    until(async () => (await here.locks.inspect(resource))?.waiting === waiting);

  const stations = () => countStations(here, namespace);

  it.each([0, 2])(
    'never overlap, keep their order and waste no commands, holding for %d ms',
    async (holdMs) => {
      while (workers.length < PROCESSES) await start();
      const { journal, stop } = await keepJournal(redis.url);
      const order = { do: 'hammer', resource: `hot:${holdMs}`, waiters: 8, rounds: 10, holdMs } as const;
      for (const worker of workers) worker.tell(order);
      const ends = await Promise.all(workers.map((worker) => worker.heard('overlaps')));
      const total = PROCESSES * order.waiters * order.rounds;
      await until(() => journal.granted.length === total);
      stop();
      expect(ends).toEqual(ends.map(() => ({ overlaps: 0 })));
      const queued = new Set(journal.queued);
      const granted = journal.granted.map(({ token }) => token);
      expect(granted.filter((token) => queued.has(token))).toEqual(journal.queued);
      const fences = journal.granted.map(({ fence }) => fence);
      expect(fences.every((fence, i) => i === 0 || fence > fences[i - 1]!)).toBe(true);
      expect(journal.commands / total).toBeLessThanOrEqual(2.1);
    },
    60_000,
  );

  it('skip a waiter whose process died', async () => {
    const [dead, resource] = [await start(), 'dead-head'];
    const lock = await here.locks.acquire(resource, { ttl: '1h' });
    dead.tell({ do: 'acquire', resource, ttl: 60_000 });
    await waitingFor(resource, 1);
    const next = here.locks.acquire(resource);
    await waitingFor(resource, 2);
    const listening = await stations();
    await dead.stop();
    await until(async () => (await stations()) === listening - 1);
    await lock.release();
    await (await next).release();
  }, 60_000);

  it('pass over a waiter whose process is frozen, and refuse its turn when it wakes up', async () => {
    const [frozen, resource] = [await start(), 'frozen-head'];
    const lock = await here.locks.acquire(resource, { ttl: '1h' });
    frozen.tell({ do: 'acquire', resource, ttl: 60_000 });
    await waitingFor(resource, 1);
    const next = here.locks.acquire(resource, { wait: '1h' });
    await waitingFor(resource, 2);
    await frozen.caughtUp();
    frozen.signal('SIGSTOP');
    await lock.release();
    const second = await next;
    frozen.signal('SIGCONT');
    await waitingFor(resource, 1);
    second.assertHeld();
    await second.release();
    const { fence } = await frozen.heard('fence');
    expect(BigInt(fence)).toBeGreaterThan(second.fence);
  }, 60_000);

  it('tell a holder that was frozen for longer than its lease, and give its lock to the next one', async () => {
    const [frozen, resource] = [await start(), 'frozen-holder'];
    frozen.tell({ do: 'acquire', resource, ttl: 200 });
    const { fence } = await frozen.heard('fence');
    frozen.signal('SIGSTOP');
    await using next = await here.locks.acquire(resource);
    expect(next.fence).toBeGreaterThan(BigInt(fence));
    frozen.signal('SIGCONT');
    expect((await frozen.heard('lost')).lost).toContain('its lease ended');
    next.assertHeld();
  }, 60_000);
});
