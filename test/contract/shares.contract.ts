import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LockBusyError, LockLostError, LockTimeoutError } from '../../src/lock/lock.errors.js';
import { howTold, type OpenLocks } from '../support/locks.js';
import { until } from '../support/until.js';
import type { LockContractHost } from './lock.contract.js';

/** What holds for semaphores and read-write locks on every topology. */
export function sharesContract(name: string, make: () => Promise<LockContractHost>): void {
  describe(`semaphores and read-write locks on ${name}`, () => {
    let host: LockContractHost;
    let here: OpenLocks;
    let there: OpenLocks;
    let count = 0;
    const fresh = () => `thing:${count++}`;
    const both = (permits: number, name = fresh()) =>
      [here, there].map(({ locks }) => locks.semaphore(name, permits)) as [
        ReturnType<OpenLocks['locks']['semaphore']>,
        ReturnType<OpenLocks['locks']['semaphore']>,
      ];
    const waiting = (list: { inspect(): Promise<{ waiting: number }[]> }, number: number) =>
      until(async () => (await list.inspect())[0]?.waiting === number);

    beforeAll(async () => {
      host = await make();
      [here, there] = await Promise.all([host.open(), host.open()]);
    }, 60_000);
    afterAll(async () => {
      await here?.close();
      await there?.close();
      await host?.close();
    });

    it('lets in as many as there are permits, and no more', async () => {
      const [mine, theirs] = both(2);
      const first = await mine.acquire();
      await using _second = await theirs.acquire({ wait: false });
      expect(await mine.tryAcquire()).toBeNull();
      await expect(theirs.acquire({ wait: false })).rejects.toThrow(LockBusyError);
      await expect(theirs.acquire({ wait: 30 })).rejects.toThrow(LockTimeoutError);
      expect(await first.release()).toBe(true);
      await using third = await theirs.acquire({ wait: false });
      third.assertHeld();
      expect(third.fence).toBeGreaterThan(first.fence);
    });

    it('keeps the name of a semaphore, a read-write lock and a lock apart', async () => {
      const name = fresh();
      const [mine] = both(1, name);
      await using _permit = await mine.acquire({ wait: false });
      await using _lock = await there.locks.acquire(name, { wait: false });
      await using _writer = await there.locks.readWrite(name).write({ wait: false });
    });

    it('hands permits to those who wait, in the order in which they came', async () => {
      const [mine, theirs] = both(2);
      const held = [await mine.acquire(), await theirs.acquire()];
      const order: number[] = [];
      const ends: Promise<void>[] = [];
      for (let i = 0; i < 6; i++) {
        ends.push((i % 2 === 0 ? theirs : mine).withPermit(() => void order.push(i)));
        await waiting(mine, i + 1);
      }
      await held[0]!.release();
      await Promise.all(ends);
      expect(order).toEqual([0, 1, 2, 3, 4, 5]);
      await held[1]!.release();
    });

    it('gives nobody a permit who comes after one who waits', async () => {
      const lock = here.locks.readWrite(fresh());
      const reader = await lock.read();
      const writer = lock.write();
      await waiting(lock, 1);
      expect(await lock.tryRead()).toBeNull();
      await reader.release();
      await (await writer).release();
    });

    it('prolongs permits as long as their holder lives, each for itself', async () => {
      const [mine, theirs] = both(3);
      const permits = await Promise.all([1, 2, 3].map(() => mine.acquire({ ttl: 600 })));
      const [{ expiresAt }] = permits as [(typeof permits)[0]];
      await until(() => permits.every((permit) => permit.expiresAt > expiresAt + 600));
      for (const permit of permits) permit.assertHeld();
      expect(await theirs.tryAcquire()).toBeNull();
      await Promise.all(permits.map((permit) => permit.release()));
    });

    it('gives the permit of a dead holder to the next one, and tells a holder that was not prolonged', async () => {
      const [mine, theirs] = both(1);
      const lost = await mine.acquire({ ttl: 100, renew: false });
      await using next = await theirs.acquire();
      next.assertHeld();
      expect(lost.signal.aborted).toBe(true);
      expect(lost.signal.reason).toMatchObject({ reason: 'expired' });
      expect(() => lost.assertHeld()).toThrow(LockLostError);
      expect(await lost.release()).toBe(false);
      next.assertHeld();
    });

    it('lets readers in together, and a writer alone', async () => {
      const [mine, theirs] = [here, there].map(({ locks }) => locks.readWrite(`prices:${count}`)) as [
        ReturnType<OpenLocks['locks']['readWrite']>,
        ReturnType<OpenLocks['locks']['readWrite']>,
      ];
      const readers = [await mine.read(), await theirs.read({ wait: false })];
      expect(await theirs.tryWrite()).toBeNull();
      expect((await mine.inspect()).map(({ kind }) => kind)).toEqual(['read', 'read']);
      const writer = theirs.write();
      await waiting(mine, 1);
      const late = [mine.read(), theirs.read()];
      await waiting(mine, 3);
      for (const reader of readers) await reader.release();
      const writing = await writer;
      expect((await mine.inspect()).map(({ kind }) => kind)).toEqual(['write']);
      expect(writing.fence).toBeGreaterThan(readers[1]!.fence);
      await writing.release();
      const both = await Promise.all(late);
      expect(await mine.inspect()).toHaveLength(2);
      for (const reader of both) await reader.release();
    });

    it('lets the others go on when one who waits gives up', async () => {
      const lock = here.locks.readWrite(fresh());
      await using _reader = await lock.read();
      await expect(there.locks.readWrite(lock.name).write({ wait: 20 })).rejects.toThrow(LockTimeoutError);
      await using _next = await lock.read({ wait: false });
    });

    it('gives a permit again that the server has lost, and no new ones until all could have said so', async () => {
      const [mine, theirs] = both(2);
      const permits = [await mine.acquire({ ttl: 400 }), await theirs.acquire({ ttl: 400 })];
      const { lease, fence } = here.keysOf(mine.name, 'semaphore');
      await here.gateway.send(['DEL', lease, fence]);
      await permits[0]!.extend();
      expect(await mine.tryAcquire()).toBeNull();
      await permits[1]!.extend();
      expect(await mine.inspect()).toHaveLength(2);
      await permits[0]!.release();
      await permits[1]!.release();
      await using _next = await mine.acquire();
    });

    it('heals a deleted set of permits without letting anybody in between', async () => {
      const [mine, theirs] = both(1);
      await using permit = await mine.acquire({ ttl: 400 });
      await here.gateway.send(['DEL', here.keysOf(mine.name, 'semaphore').lease]);
      expect(await theirs.tryAcquire()).toBeNull();
      await permit.extend();
      permit.assertHeld();
      expect(await theirs.tryAcquire()).toBeNull();
    });

    // Seen to fail: nobody was taken anything from, and the holder set it again; a dead one barred the others to its end.
    it('takes permits by force whose key somebody deleted, and does not let them be set again', async () => {
      const [mine, theirs] = both(1);
      const permit = await mine.acquire({ ttl: '1h' });
      await here.gateway.send(['DEL', here.keysOf(mine.name, 'semaphore').lease]);
      expect(await theirs.tryAcquire()).toBeNull();
      expect(await theirs.forceRelease('test')).toBe(true);
      const next = await theirs.acquire({ wait: false });
      await expect(permit.extend()).rejects.toMatchObject({ reason: 'gone' });
      next.assertHeld();
      expect(await next.release()).toBe(true);
      expect(await theirs.forceRelease('test')).toBe(false);
    });

    it('describes and lists holders, and takes their permits by force', async () => {
      const [mine, theirs] = both(2);
      const { reason, ttl } = howTold(here);
      const permits = [
        await mine.acquire({ owner: 'night', ttl }),
        await theirs.acquire({ owner: 'day', ttl }),
      ];
      const infos = await mine.inspect();
      expect(infos.map(({ owner }) => owner).sort()).toEqual(['day', 'night']);
      expect(infos[0]).toMatchObject({ resource: mine.name, kind: 'permit', waiting: 0 });
      expect(infos[0]!.ttlMs).toBeGreaterThan(ttl / 2);
      expect(Math.abs(infos[0]!.since.getTime() - Date.now())).toBeLessThan(60_000);
      const listed: string[] = [];
      for await (const { resource, kind } of there.locks.list()) if (kind === 'permit') listed.push(resource);
      expect(listed.filter((resource) => resource === mine.name)).toHaveLength(2);
      expect(await theirs.forceRelease('test')).toBe(true);
      await until(() => permits.every(({ signal }) => signal.aborted));
      expect(permits[0]!.signal.reason).toMatchObject({ reason });
      expect(await permits[0]!.release()).toBe(false);
      expect(await theirs.forceRelease('test')).toBe(false);
      await using _next = await mine.acquire({ wait: false });
    });

    it('lets every key go: with the leases, or a day after them', async () => {
      const [mine, theirs] = both(1);
      const permit = await mine.acquire();
      const next = theirs.acquire();
      await waiting(mine, 1);
      const { lease, fence, queue } = here.keysOf(mine.name, 'semaphore');
      for (const key of [lease, fence, queue])
        expect(await here.gateway.send(['PTTL', key])).toBeGreaterThan(0);
      await permit.release();
      await (await next).release();
      expect(await here.gateway.send(['EXISTS', lease])).toBe(0);
      expect(await here.gateway.send(['EXISTS', queue])).toBe(0);
      expect(await here.gateway.send(['PTTL', fence])).toBeGreaterThan(86_000_000);
    });

    // Seen to fail: one record of another type lost the process all of its permits, and nothing removed it.
    it('lives with what somebody else put under its keys', async () => {
      const [mine, theirs] = both(1);
      const { lease, fence, queue } = here.keysOf(mine.name, 'semaphore');
      await using permit = await mine.acquire({ ttl: 300 });
      await here.gateway.send(['DEL', fence]);
      await here.gateway.send(['RPUSH', fence, 'a']);
      await permit.extend();
      for (const key of [lease, queue]) {
        await here.gateway.send(['DEL', key]);
        await here.gateway.send(['SET', key, 'a']);
      }
      expect(await mine.inspect()).toEqual([]);
      await expect(permit.extend()).rejects.toMatchObject({ reason: 'gone' });
      expect(await theirs.forceRelease('not ours')).toBe(true);
      await using _next = await theirs.acquire({ wait: false });
    });

    // Seen to fail: a writer came in to the lock that it held as a reader, beside other readers.
    it('lets nobody in again', async () => {
      const again = { reentrant: true, wait: 20 };
      const readWrite = here.locks.readWrite(fresh());
      const write = readWrite.withRead(() => readWrite.withWrite(() => 'written', again));
      await expect(write).rejects.toThrow('reentrant: is for locks');
      const [mine] = both(1);
      await expect(mine.withPermit(() => mine.acquire(again))).rejects.toThrow('reentrant: is for locks');
      await (await readWrite.write({ wait: false })).release();
    });

    it.each([0, 1.5, NaN, 1_000_000])('refuses %d permits', (permits) => {
      expect(() => here.locks.semaphore('refused', permits)).toThrow('permits: must be a whole number');
      expect(() => here.locks.semaphore('', 1)).toThrow('is empty');
    });
  });
}
