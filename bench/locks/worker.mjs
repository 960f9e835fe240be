// Is one of several processes that want the same lock; does as it is told over IPC. Moments are in milliseconds of the
// machine's monotonic clock, which all its processes share.
import { Redis } from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';
import { makeLocks } from './peers.mjs';

const [, , name, url, namespace] = process.argv;
const { [name]: locks } = await makeLocks([name], url, namespace);
const client = new Redis(url);
const now = () => Number(process.hrtime.bigint()) / 1e6;
const tell = (word) => process.send(word);

const held = new Map();

const ORDERS = {
  /** Wants the lock once for each waiter, all of them at the given moment; answers when each had it. */
  async queue({ resource, waiters, holdMs, startAt, ttlMs }) {
    const one = async () => {
      await pause(startAt - now());
      const release = await locks.acquire(resource, ttlMs);
      const from = now();
      if (holdMs > 0) await pause(holdMs);
      const to = now();
      await release();
      return [from, to];
    };
    return Promise.all(Array.from({ length: waiters }, one));
  },
  async hold({ resource, ttlMs }) {
    const { release, lock } = await acquireHeld(resource, ttlMs);
    held.set(resource, release);
    lock?.signal.addEventListener('abort', () => {
      tell({ aborted: now() });
      held.delete(resource);
    });
    return now();
  },
  async release({ resource }) {
    const at = now();
    await held.get(resource)();
    return at;
  },
  /** Wants it, has it, gives it back; answers when it had it. */
  async pass({ resource, ttlMs }) {
    const release = await locks.acquire(resource, ttlMs);
    const at = now();
    await release();
    return at;
  },
  async listen({ channel }) {
    await client.subscribe(channel);
    client.on('message', () => tell({ heard: now() }));
  },
  async publish({ channel }) {
    const at = now();
    await client.publish(
      channel,
      'a message as long as ours are, to be fair: granted, token, fence, times, key',
    );
    return at;
  },
};

async function acquireHeld(resource, ttlMs) {
  if (locks.acquireLock === undefined) return { release: await locks.acquire(resource, ttlMs) };
  const lock = await locks.acquireLock(resource, ttlMs);
  return { release: () => lock.release(), lock };
}

process.on('message', ({ id, order, ...details }) => {
  ORDERS[order](details).then((answer) => tell({ id, answer }));
});
process.on('disconnect', () => process.exit());
tell({ ready: true });
