/** Uses locks as told over IPC: a program for tests that need several processes, or one that is frozen or killed. */
import { openLocks } from './locks.js';
import type { WorkerOrder, WorkerWord } from './lock-workers.js';
import { hammerPermits, hammerReadWrite } from './share-hammers.js';

const [, , url = '', namespace = '', skewMs = '0'] = process.argv;
const { now } = Date;
Date.now = () => now() + Number(skewMs);
const { locks, gateway } = await openLocks(url, { namespace });
const tell = (word: WorkerWord) => process.send?.(word);

async function hammer({ resource, waiters, rounds, holdMs }: WorkerOrder & { do: 'hammer' }): Promise<void> {
  const counter = `${namespace}:inside`;
  let overlaps = 0;
  const hold = async () => {
    if ((await gateway.send(['INCR', counter])) !== 1) overlaps++;
    if (holdMs > 0) await new Promise((resolve) => setTimeout(resolve, holdMs));
    await gateway.send(['DECR', counter]);
  };
  const one = async () => {
    for (let round = 0; round < rounds; round++) await locks.withLock(resource, hold, { wait: '1m' });
  };
  await Promise.all(Array.from({ length: waiters }, one));
  tell({ overlaps });
}

async function acquire({ resource, ttl }: WorkerOrder & { do: 'acquire' }): Promise<void> {
  const lock = await locks.acquire(resource, { ttl, wait: '1m' });
  lock.signal.addEventListener('abort', () => tell({ lost: (lock.signal.reason as Error).message }));
  tell({ fence: String(lock.fence) });
}

async function acquirePermit({ name, permits, ttl }: WorkerOrder & { do: 'permit' }): Promise<void> {
  const permit = await locks.semaphore(name, permits).acquire({ ttl, wait: '1m' });
  tell({ fence: String(permit.fence) });
}

/** Answers once everything is answered that was sent before. */
async function catchUp(): Promise<void> {
  await gateway.send(['PING']);
  tell({ caughtUp: true });
}

async function obey(order: WorkerOrder): Promise<void> {
  const tools = { locks, gateway };
  if (order.do === 'hammer') await hammer(order);
  else if (order.do === 'acquire') await acquire(order);
  else if (order.do === 'permit') await acquirePermit(order);
  else if (order.do === 'catch-up') await catchUp();
  else if (order.do === 'share') tell({ overlaps: await hammerPermits(tools, order) });
  else tell({ overlaps: await hammerReadWrite(tools, order) });
}

process.on('message', (order: WorkerOrder) => void obey(order));
process.on('disconnect', () => process.exit());
tell({ ready: true });
