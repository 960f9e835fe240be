import { getEventListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { currentLock } from '../../src/lock/lock-context.js';
import { LockBusyError, LockLostError, LockTimeoutError } from '../../src/lock/lock.errors.js';
import { howTold, type OpenLocks } from '../support/locks.js';
import { until } from '../support/until.js';
import type { LockContractHost } from './lock.contract.js';

/** What holds, on every topology, for several locks at once, for holders who come in again, and for least and most times. */
export function lockModesContract(name: string, make: () => Promise<LockContractHost>): void {
  describe(`ways to hold locks on ${name}`, () => {
    let host: LockContractHost;
    let here: OpenLocks;
    let there: OpenLocks;
    let count = 0;
    const fresh = () => `way:${count++}`;
    const waitingFor = (resource: string, waiting: number) =>
      until(async () => (await here.locks.inspect(resource))?.waiting === waiting);

    beforeAll(async () => {
      host = await make();
      [here, there] = await Promise.all([host.open(), host.open()]);
    }, 60_000);
    afterAll(async () => {
      await here?.close();
      await there?.close();
      await host?.close();
    });

    describe('several at once', () => {
      it('are all held, or none', async () => {
        const [a, b, c] = [fresh(), fresh(), fresh()];
        const lock = await here.locks.acquire([b, a, b]);
        expect(lock.resource).toBe(`${b}, ${a}`);
        expect(await there.locks.tryAcquire(a)).toBeNull();
        expect(await there.locks.tryAcquire([c, b])).toBeNull();
        expect(await here.locks.inspect(c)).toBeNull();
        await expect(there.locks.acquire([c, a], { wait: false })).rejects.toThrow(LockBusyError);
        await expect(there.locks.acquire([c, a], { wait: 30 })).rejects.toThrow(LockTimeoutError);
        await until(async () => (await here.locks.inspect(c)) === null);
        expect(await lock.release()).toBe(true);
        await using next = await there.locks.acquire([a, b, c], { wait: false });
        next.assertHeld();
      });

      it('have a fence each, and the greatest for all', async () => {
        const [a, b] = [fresh(), fresh()];
        const lock = await here.locks.acquire([a, b]);
        expect([...lock.fences.keys()]).toEqual([a, b]);
        for (const [resource, fence] of lock.fences) {
          expect(fence).toBeLessThanOrEqual(lock.fence);
          expect((await there.locks.inspect(resource))?.fence).toBe(fence);
        }
        await lock.release();
        await using next = await there.locks.acquire(a);
        expect(next.fence).toBeGreaterThan(lock.fences.get(a)!);
      });

      it('are waited for, in their queues', async () => {
        const [a, b] = [fresh(), fresh()];
        const held = [await here.locks.acquire(a), await there.locks.acquire(b)];
        const both = there.locks.acquire([b, a], { wait: '1h' });
        await waitingFor(a, 1);
        await held[0]!.release();
        await waitingFor(b, 1);
        await held[1]!.release();
        await (await both).release();
        expect(await here.locks.inspect(a)).toBeNull();
      });

      it('never wait for each other, whatever order callers name them in', async () => {
        const names = [fresh(), fresh(), fresh()];
        let inside = 0;
        let most = 0;
        const calls = Array.from({ length: howTold(here).crowd }, (_, i) => {
          const { locks } = i % 2 === 0 ? here : there;
          const order = names.map((_, k) => names[(k + i) % 3]!);
          return locks.withLock(i % 4 < 2 ? order : order.toReversed(), async () => {
            most = Math.max(most, ++inside);
            await Promise.resolve();
            inside--;
          });
        });
        await Promise.all(calls);
        expect(most).toBe(1);
      });

      it('abort when one of them is lost, and leave it to the holder to give back the rest', async () => {
        const [a, b] = [fresh(), fresh()];
        const lock = await here.locks.acquire([a, b], { ttl: howTold(here).ttl });
        await there.locks.forceRelease(b, 'test');
        await until(() => lock.signal.aborted);
        expect(lock.signal.reason).toMatchObject({ resource: b, reason: howTold(here).reason });
        expect(() => lock.assertHeld()).toThrow(LockLostError);
        expect(await there.locks.tryAcquire(a)).toBeNull();
        expect(await lock.release()).toBe(false);
        await using next = await there.locks.acquire([a, b], { wait: false });
        next.assertHeld();
      });

      it('are extended together', async () => {
        const names = [fresh(), fresh()];
        await using lock = await here.locks.acquire(names, { ttl: '10s', renew: false });
        await lock.extend('1h');
        expect(lock.expiresAt).toBeGreaterThan(Date.now() + 3_000_000);
      });

      it('must be some', async () => {
        await expect(here.locks.acquire([])).rejects.toMatchObject({ code: 'E_KEY_INVALID' });
        await expect(here.locks.acquire(['a', ''])).rejects.toMatchObject({ code: 'E_KEY_INVALID' });
      });
    });

    describe('reentrant', () => {
      it('holders come in again, and the last to leave gives the lock back', async () => {
        const resource = fresh();
        let inner: Promise<void> | undefined;
        const gate = { open: () => {} };
        const opened = new Promise<void>((resolve) => (gate.open = resolve));
        await here.locks.withLock(resource, async (outer) => {
          expect(outer.depth).toBe(1);
          await here.locks.withLock(
            resource,
            async (second) => {
              expect([second.depth, second.fence]).toEqual([2, outer.fence]);
              expect(currentLock()).toBe(second);
              await here.locks.withLock(resource, (third) => expect(third.depth).toBe(3), {
                reentrant: true,
              });
            },
            { reentrant: true, wait: false },
          );
          outer.assertHeld();
          inner = here.locks.withLock(resource, () => opened, { reentrant: true });
          await Promise.resolve();
        });
        expect(await there.locks.tryAcquire(resource)).toBeNull();
        gate.open();
        await inner;
        await using _ = await there.locks.acquire(resource, { wait: false });
      });

      it('is asked for: without it the holder waits for itself', async () => {
        const resource = fresh();
        await here.locks.withLock(resource, async () => {
          expect(await here.locks.tryAcquire(resource)).toBeNull();
          expect(await there.locks.tryAcquire(resource, { reentrant: true })).toBeNull();
        });
        expect(await here.locks.inspect(resource)).toBeNull();
      });

      it('is for the holder alone: what runs beside it waits', async () => {
        const resource = fresh();
        const lock = await here.locks.acquire(resource);
        expect(await here.locks.tryAcquire(resource, { reentrant: true })).toBeNull();
        await lock.release();
      });

      it('takes of several what is not held yet', async () => {
        const [a, b] = [fresh(), fresh()];
        await here.locks.withLock([a], async () => {
          const both = await here.locks.acquire([a, b], { reentrant: true });
          expect(await there.locks.tryAcquire(b)).toBeNull();
          await both.release();
          expect(await there.locks.tryAcquire(a)).toBeNull();
          await using _ = await there.locks.acquire(b, { wait: false });
          expect(await here.locks.tryAcquire([a, b], { reentrant: true })).toBeNull();
        });
        await using _ = await there.locks.acquire(a, { wait: false });
      });

      it('does not come in to a lock that is lost', async () => {
        const resource = fresh();
        const work = async (lock: { signal: AbortSignal }) => {
          await there.locks.forceRelease(resource, 'test');
          await until(() => lock.signal.aborted);
          await using other = await there.locks.acquire(resource);
          expect(await here.locks.tryAcquire(resource, { reentrant: true })).toBeNull();
          other.assertHeld();
        };
        await here.locks.withLock(resource, work, { ttl: howTold(here).ttl });
      });
    });

    describe('least and most times', () => {
      it('keep a lock on that was released early, and then hand it over', async () => {
        const resource = fresh();
        const options = { ttl: '1h', atLeastFor: 300 } as const;
        const lock = await here.locks.acquire(resource, options);
        const startedAt = Date.now();
        const next = there.locks.acquire(resource);
        await waitingFor(resource, 1);
        expect(await lock.release()).toBe(true);
        expect(lock.signal.aborted).toBe(false);
        expect(await there.locks.tryAcquire(resource)).toBeNull();
        expect((await here.locks.inspect(resource))?.ttlMs).toBeLessThanOrEqual(300);
        await (await next).release();
        expect(Date.now() - startedAt).toBeGreaterThanOrEqual(295);
      });

      it('keep it on when the process that held it is gone', async () => {
        const resource = fresh();
        const leaving = await host.open();
        const lock = await leaving.locks.acquire(resource, { ttl: '1h', atLeastFor: 200 });
        await lock.release();
        await leaving.close();
        expect(await there.locks.tryAcquire(resource)).toBeNull();
        await using _ = await there.locks.acquire(resource);
      });

      it('do not keep what was never used: of several that could not all be had', async () => {
        const [a, b] = [fresh(), fresh()].sort();
        await using _ = await there.locks.acquire(b!);
        const options = { atLeastFor: '1h', wait: 30 } as const;
        await expect(here.locks.acquire([a!, b!], options)).rejects.toThrow(LockTimeoutError);
        await until(async () => (await here.locks.inspect(a!)) === null);
      });

      it('end a lock whose holder goes on for too long, and tell it before the next one has it', async () => {
        const resource = fresh();
        const lock = await here.locks.acquire(resource, { ttl: 300, atMostFor: 600 });
        const startedAt = Date.now();
        await using _ = await there.locks.acquire(resource);
        expect(Date.now() - startedAt).toBeGreaterThan(400);
        expect(lock.signal.aborted).toBe(true);
        expect(lock.signal.reason).toMatchObject({ reason: 'overrun' });
        expect(await lock.release()).toBe(false);
      });

      it('must fit each other', async () => {
        const call = here.locks.acquire(fresh(), { atLeastFor: '2s', atMostFor: '1s' });
        await expect(call).rejects.toThrow("atLeastFor: must be from '10ms' to '1d', and no longer than");
      });
    });

    it('a mutex is the lock of its resource, with options of its own', async () => {
      const mutex = here.locks.mutex(fresh(), { wait: false, owner: 'the mutex' });
      expect(await mutex.withLock(({ resource }) => resource)).toBe(mutex.resource);
      await using lock = await mutex.acquire();
      expect((await mutex.inspect())?.owner).toBe('the mutex');
      await expect(mutex.acquire()).rejects.toThrow(LockBusyError);
      await expect(mutex.acquire({ wait: 20 })).rejects.toThrow(LockTimeoutError);
      expect(await mutex.tryAcquire()).toBeNull();
      expect(await there.locks.tryAcquire(mutex.resource)).toBeNull();
      lock.assertHeld();
      expect(() => here.locks.mutex('')).toThrow('is empty');
    });

    it('lives with what somebody else put under its keys', async () => {
      const [texts, lists, owned] = [fresh(), fresh(), fresh()] as const;
      await here.gateway.send(['SET', here.keysOf(texts).lease, 'somebody 1 x']);
      await here.gateway.send(['RPUSH', here.keysOf(lists).lease, 'a']);
      await using lock = await here.locks.acquire(owned, { ttl: 200 });
      const { expiresAt } = lock;
      for (const resource of [texts, lists]) {
        expect(await here.locks.inspect(resource)).toBeNull();
        expect(await there.locks.tryAcquire(resource)).toBeNull();
        await expect(there.locks.acquire(resource, { wait: 20 })).rejects.toThrow(LockTimeoutError);
      }
      const listed: string[] = [];
      for await (const { resource } of here.locks.list()) listed.push(resource);
      expect(listed).toContain(owned);
      expect(listed).not.toContain(lists);
      await here.gateway.send(['SET', here.keysOf(lists).queue, 'a']);
      for (const resource of [texts, lists]) {
        expect(await there.locks.forceRelease(resource, 'not ours')).toBe(true);
        await (await here.locks.acquire(resource, { wait: false })).release();
      }
      await until(() => lock.expiresAt > expiresAt);
    });

    it('waits many times on one signal without a warning, and ends all of them', async () => {
      const resource = fresh();
      await using _ = await here.locks.acquire(resource);
      const abort = new AbortController();
      const waits = Array.from({ length: 12 }, () => there.locks.acquire(resource, { signal: abort.signal }));
      const seen = Promise.all(waits.map((wait) => expect(wait).rejects.toBe('enough')));
      await waitingFor(resource, 12);
      await there.gateway.send(['PING']); // By its answer theirs have arrived.
      expect(getEventListeners(abort.signal, 'abort')).toHaveLength(1);
      abort.abort('enough');
      await Promise.all([seen, waitingFor(resource, 0)]);
    });

    it('`await using` gives every kind back at the end of its block', async () => {
      const name = fresh();
      const semaphore = here.locks.semaphore(name, 1);
      const readWrite = here.locks.readWrite(name);
      {
        await using _lock = await here.locks.acquire([name, fresh()]);
        await using _permit = await semaphore.acquire();
        await using _writer = await readWrite.write();
        expect(await readWrite.tryRead()).toBeNull();
      }
      await using _lock = await there.locks.acquire(name, { wait: false });
      await using _permit = await semaphore.acquire({ wait: false });
      await using _reader = await readWrite.read({ wait: false });
    });
  });
}
