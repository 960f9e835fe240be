import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LockBusyError, LockLostError, LockTimeoutError } from '../../src/lock/lock.errors.js';
import { howTold, type OpenLocks } from '../support/locks.js';
import { until } from '../support/until.js';

/** Is a server, and processes that use locks on it. */
export interface LockContractHost {
  /** Opens one process's worth of locks; all of them share a namespace. */
  open(): Promise<OpenLocks>;
  close(): Promise<void>;
}

/** What holds for locks on every topology. */
export function lockContract(name: string, make: () => Promise<LockContractHost>): void {
  describe(`locks on ${name}`, () => {
    let host: LockContractHost;
    let here: OpenLocks;
    let there: OpenLocks;
    let count = 0;
    const fresh = () => `thing:${count++}`;
    const waitingFor = (resource: string, waiting: number) =>
      until(async () => (await here.locks.inspect(resource))?.waiting === waiting);

    beforeAll(async () => {
      host = await make();
      [here, there] = await Promise.all([host.open(), host.open()]);
    });
    afterAll(async () => {
      await here?.close();
      await there?.close();
      await host?.close();
    });

    it('lets one holder in at a time', async () => {
      const resource = fresh();
      const lock = await here.locks.acquire(resource);
      expect(await there.locks.tryAcquire(resource)).toBeNull();
      expect(await here.locks.tryAcquire(resource)).toBeNull();
      expect(await lock.release()).toBe(true);
      await using next = await there.locks.acquire(resource, { wait: false });
      expect(next.resource).toBe(resource);
    });

    it('tells busy from timed out, and returns at once when not to wait', async () => {
      const resource = fresh();
      await using _ = await here.locks.acquire(resource);
      await expect(there.locks.acquire(resource, { wait: false })).rejects.toThrow(LockBusyError);
      const timedOut = there.locks.acquire(resource, { wait: 30 });
      await expect(timedOut).rejects.toThrow(LockTimeoutError);
      await expect(timedOut).rejects.toMatchObject({ code: 'E_LOCK_TIMEOUT', resource, waitedMs: 30 });
      await waitingFor(resource, 0);
    });

    it('mints a fence that grows with every acquisition, whoever acquires', async () => {
      const resource = fresh();
      let last = 0n;
      for (const { locks } of [here, there, there, here]) {
        const lock = await locks.acquire(resource);
        expect(lock.fence).toBeGreaterThan(last);
        expect(lock.fence).toBeLessThan(2n ** 53n);
        last = lock.fence;
        await lock.release();
      }
    });

    it('keeps the fence growing when the clock is behind it', async () => {
      const resource = fresh();
      const ahead = 8_000_000_000_000_000n;
      await here.gateway.send(['SET', here.keysOf(resource).fence, String(ahead)]);
      await using lock = await here.locks.acquire(resource);
      expect(lock.fence).toBe(ahead + 1n);
    });

    it('hands the lock to those who wait, in the order in which they came', async () => {
      const resource = fresh();
      const order: number[] = [];
      const first = await here.locks.acquire(resource);
      const waiting: Promise<void>[] = [];
      for (let i = 0; i < 6; i++) {
        const { locks } = i % 2 === 0 ? there : here;
        waiting.push(locks.withLock(resource, () => void order.push(i)));
        await waitingFor(resource, i + 1);
      }
      await first.release();
      await Promise.all(waiting);
      expect(order).toEqual([0, 1, 2, 3, 4, 5]);
    });

    it('hands over at once: well before anybody looks whether a message was lost', async () => {
      const resource = fresh();
      const first = await here.locks.acquire(resource, { ttl: '1h' });
      const second = there.locks.acquire(resource, { wait: '1h' });
      await waitingFor(resource, 1);
      await first.release();
      await (await second).release();
    });

    it('raises a first lease that is short to the whole ttl', async () => {
      const resource = fresh();
      const first = await here.locks.acquire(resource);
      const second = there.locks.acquire(resource, { ttl: '1h' });
      await waitingFor(resource, 1);
      await first.release();
      await using lock = await second;
      await until(() => lock.expiresAt > Date.now() + 3_000_000);
      lock.assertHeld();
      expect((await here.locks.inspect(resource))?.ttlMs).toBeGreaterThan(3_000_000);
    });

    it('gives a lock that is not prolonged its whole ttl at once', async () => {
      const resource = fresh();
      const first = await here.locks.acquire(resource);
      const second = there.locks.acquire(resource, { ttl: '1h', renew: false });
      await waitingFor(resource, 1);
      await first.release();
      await using lock = await second;
      expect(lock.expiresAt).toBeGreaterThan(Date.now() + 3_000_000);
    });

    it('prolongs a lease as long as its holder lives', async () => {
      const resource = fresh();
      await using lock = await here.locks.acquire(resource, { ttl: 400 });
      const { expiresAt } = lock;
      await until(() => lock.expiresAt > expiresAt + 600);
      lock.assertHeld();
      expect(await there.locks.tryAcquire(resource)).toBeNull();
    });

    it('aborts a lease that is not prolonged, before the next one has the lock', async () => {
      const resource = fresh();
      const lock = await here.locks.acquire(resource, { ttl: 500, renew: false });
      // Both are told in this process, so however late a busy machine is, the order stays.
      await using next = await there.locks.acquire(resource);
      next.assertHeld();
      expect(lock.signal.aborted).toBe(true);
      expect(lock.signal.reason).toMatchObject({ code: 'E_LOCK_LOST', reason: 'expired', resource });
      expect(() => lock.assertHeld()).toThrow(LockLostError);
      expect(await lock.release()).toBe(false);
    });

    it('lets the next one in when a holder died', async () => {
      const resource = fresh();
      await here.locks.acquire(resource, { ttl: 100, renew: false });
      await using next = await there.locks.acquire(resource);
      next.assertHeld();
    });

    it('extends a lease on demand', async () => {
      const resource = fresh();
      await using lock = await here.locks.acquire(resource, { ttl: '10s', renew: false });
      await lock.extend('1h');
      expect(lock.expiresAt).toBeGreaterThan(Date.now() + 3_000_000);
      expect((await there.locks.inspect(resource))?.ttlMs).toBeGreaterThan(3_000_000);
    });

    it('tells the holder of a lock that somebody deleted, before the next one has it', async () => {
      const resource = fresh();
      const { ttl } = howTold(here);
      const lock = await here.locks.acquire(resource, { ttl });
      await here.gateway.send(['DEL', here.keysOf(resource).lease]);
      expect(lock.signal.aborted).toBe(false);
      await using next = await there.locks.acquire(resource);
      expect(lock.signal.aborted).toBe(true);
      expect(lock.signal.reason).toMatchObject({ reason: 'gone' });
      expect(next.fence).toBeGreaterThan(lock.fence);
      expect(await lock.release()).toBe(false);
      next.assertHeld();
    });

    it('resolves the release of a lost lock with false, and leaves its new holder alone', async () => {
      const resource = fresh();
      const lock = await here.locks.acquire(resource);
      const { lease, fence } = here.keysOf(resource);
      await here.gateway.send(['DEL', lease, fence]);
      await using next = await there.locks.acquire(resource);
      expect(await lock.release()).toBe(false);
      next.assertHeld();
      expect((await here.locks.inspect(resource))?.fence).toBe(next.fence);
    });

    it('sets a lock again of which the server has lost everything', async () => {
      const resource = fresh();
      await using lock = await here.locks.acquire(resource);
      const { lease, fence } = here.keysOf(resource);
      await here.gateway.send(['DEL', lease, fence]);
      await lock.extend();
      expect((await there.locks.inspect(resource))?.fence).toBe(lock.fence);
      expect(await there.locks.tryAcquire(resource)).toBeNull();
    });

    it('queues again when somebody deleted the queue', async () => {
      const resource = fresh();
      const first = await here.locks.acquire(resource, { ttl: 200 });
      const next = [there, there].map(({ locks }) => locks.withLock(resource, () => 'done'));
      await waitingFor(resource, 2);
      await here.gateway.send(['DEL', here.keysOf(resource).queue]);
      await waitingFor(resource, 2);
      await first.release();
      expect(await Promise.all(next)).toEqual(['done', 'done']);
    });

    it('ends the wait by a signal, with its reason, and gives up the place in the queue', async () => {
      const resource = fresh();
      await using _ = await here.locks.acquire(resource);
      const abort = new AbortController();
      const waiting = there.locks.acquire(resource, { signal: abort.signal });
      const seen = expect(waiting).rejects.toBe('no longer wanted');
      await waitingFor(resource, 1);
      abort.abort('no longer wanted');
      await seen;
      await waitingFor(resource, 0);
      await expect(there.locks.acquire(fresh(), { signal: abort.signal })).rejects.toBe('no longer wanted');
    });

    it('gives the lock back after work, whatever becomes of it, and hides no error', async () => {
      const resource = fresh();
      const failure = new Error('the work failed');
      expect(await here.locks.withLock(resource, () => 42)).toBe(42);
      await expect(here.locks.withLock(resource, () => Promise.reject(failure))).rejects.toBe(failure);
      const lost = here.locks.withLock(resource, async () => {
        await there.locks.forceRelease(resource, 'test');
        throw failure;
      });
      await expect(lost).rejects.toBe(failure);
      expect(await here.locks.inspect(resource)).toBeNull();
    });

    it('describes a lock, and lists those that are held', async () => {
      const resource = `${fresh()}:{odd} name*`;
      expect(await here.locks.inspect(resource)).toBeNull();
      await using lock = await here.locks.acquire(resource, { owner: 'the night shift' });
      const info = await there.locks.inspect(resource);
      expect(info).toMatchObject({ resource, owner: 'the night shift', fence: lock.fence, waiting: 0 });
      expect(Math.abs((info?.since.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
      expect(info?.ttlMs).toBeGreaterThan(20_000);
      const listed: string[] = [];
      for await (const { resource } of there.locks.list()) listed.push(resource);
      expect(listed).toContain(resource);
    });

    it('takes a lock from its holder by force, tells it, and lets the next one in', async () => {
      const resource = fresh();
      const { reason, ttl } = howTold(here);
      const lock = await here.locks.acquire(resource, { ttl });
      const next = there.locks.acquire(resource);
      await waitingFor(resource, 1);
      expect(await there.locks.forceRelease(resource, 'stuck')).toBe(true);
      (await next).assertHeld();
      await until(() => lock.signal.aborted);
      expect(lock.signal.reason).toMatchObject({ reason });
      expect(await lock.release()).toBe(false);
      await (await next).release();
      expect(await there.locks.forceRelease(resource, 'stuck')).toBe(false);
      await expect(there.locks.forceRelease(resource, ' ')).rejects.toThrow('reason: must be a text that');
    });

    it('lets every key go: with the lease, or a day after it', async () => {
      const resource = fresh();
      const lock = await here.locks.acquire(resource);
      const { lease, fence, queue } = here.keysOf(resource);
      const waiting = there.locks.acquire(resource);
      await waitingFor(resource, 1);
      for (const key of [lease, fence, queue]) {
        expect(await here.gateway.send(['PTTL', key])).toBeGreaterThan(0);
      }
      await lock.release();
      await (await waiting).release();
      expect(await here.gateway.send(['EXISTS', lease, queue])).toBe(0);
      expect(await here.gateway.send(['PTTL', fence])).toBeGreaterThan(86_000_000);
    });

    it('releases what is held, and ends what waits, when the application shuts down', async () => {
      const [resource, other] = [fresh(), fresh()];
      const leaving = await host.open();
      await using _ = await here.locks.acquire(other);
      const lock = await leaving.locks.acquire(resource);
      const waiting = expect(leaving.locks.acquire(other)).rejects.toMatchObject({
        code: 'E_REDIS_UNAVAILABLE',
      });
      await waitingFor(other, 1);
      leaving.locks.onModuleDestroy();
      lock.assertHeld();
      await (await leaving.locks.acquire(fresh())).release();
      const closing = leaving.locks.onApplicationShutdown();
      expect(lock.signal.reason).toMatchObject({ reason: 'shutdown' });
      await waiting;
      await closing;
      await leaving.close();
      await using next = await here.locks.acquire(resource, { wait: false });
      next.assertHeld();
      await expect(leaving.locks.acquire(resource)).rejects.toMatchObject({ reason: 'closed' });
    });
  });
}
