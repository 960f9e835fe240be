/** Uses locks as told over IPC: a program for tests that need several processes, or one that is frozen or killed. */
import { openGateway } from './gateway.js';
import { openLocks } from './locks.js';
import type { WorkerOrder, WorkerWord } from './lock-workers.js';

const [, , url = '', namespace = ''] = process.argv;
const { locks } = await openLocks(url, { namespace });
const { gateway } = await openGateway(url);
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

process.on('message', (order: WorkerOrder) => void (order.do === 'hammer' ? hammer(order) : acquire(order)));
process.on('disconnect', () => process.exit());
tell({ ready: true });
