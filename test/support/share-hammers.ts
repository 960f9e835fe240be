import type { RedisGateway } from '../../src/connection/redis-gateway.js';
import type { LockService } from '../../src/lock/lock.service.js';

interface Tools {
  readonly locks: LockService;
  readonly gateway: RedisGateway;
}

interface Load {
  readonly name: string;
  readonly waiters: number;
  readonly rounds: number;
}

const OPTIONS = { wait: '1m', ttl: '5s' } as const;
const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 3));

/** Counts, on the server, how many are inside. */
function counterOf({ gateway }: Tools, key: string) {
  const ask = async (command: 'INCR' | 'DECR' | 'GET') => Number(await gateway.send([command, key]));
  return { enter: () => ask('INCR'), leave: () => ask('DECR'), read: () => ask('GET') };
}

/** Takes permits again and again. @returns how often there were more holders than permits. */
export async function hammerPermits(
  tools: Tools,
  { name, permits, ...load }: Load & { permits: number },
): Promise<number> {
  const semaphore = tools.locks.semaphore(name, permits);
  const inside = counterOf(tools, `inside:${name}`);
  let violations = 0;
  await repeat(load, () =>
    semaphore.withPermit(async () => {
      if ((await inside.enter()) > permits) violations++;
      await pause();
      await inside.leave();
    }, OPTIONS),
  );
  return violations;
}

/** Reads four times for each time it writes. @returns how often a writer met anybody, or a reader a writer. */
export async function hammerReadWrite(tools: Tools, { name, ...load }: Load): Promise<number> {
  const lock = tools.locks.readWrite(name);
  const [readers, writers] = ['readers', 'writers'].map((side) => counterOf(tools, `${side}:${name}`)) as [
    ReturnType<typeof counterOf>,
    ReturnType<typeof counterOf>,
  ];
  let violations = 0;
  // Each enters before it looks at the others, so of two that overlap at least one sees the other.
  const read = async () => {
    await readers.enter();
    if ((await writers.read()) > 0) violations++;
    await pause();
    await readers.leave();
  };
  const write = async () => {
    if ((await writers.enter()) > 1 || (await readers.read()) > 0) violations++;
    await pause();
    await writers.leave();
  };
  await repeat(load, (round) =>
    round % 5 === 0 ? lock.withWrite(write, OPTIONS) : lock.withRead(read, OPTIONS),
  );
  return violations;
}

async function repeat(
  { waiters, rounds }: Omit<Load, 'name'>,
  once: (round: number) => Promise<void>,
): Promise<void> {
  const one = async (waiter: number) => {
    for (let round = 0; round < rounds; round++) await once(round + waiter);
  };
  await Promise.all(Array.from({ length: waiters }, (_, waiter) => one(waiter)));
}
