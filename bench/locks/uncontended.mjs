// Measures a lock that nobody else wants, acquired and released: beside SET NX and compare-and-delete, which is the
// least that a lock could do, and beside the peers that are installed.
//   node --import ./test/support/typescript.mjs bench/locks/uncontended.mjs [rounds = 7] [ms a turn = 500]
import { randomUUID } from 'node:crypto';
import { startRedis } from '../../src/testing/start-redis.ts';
import { compareRates } from '../turns.mjs';
import { makeLocks, MAKERS } from './peers.mjs';

const [rounds = 7, turnMs = 500] = process.argv.slice(2).map(Number);
const TTL_MS = 30_000;

const server = await startRedis();
const namespace = randomUUID();
const locks = await makeLocks(Object.keys(MAKERS), server.url, namespace);

const calls = Object.fromEntries(
  Object.entries(locks).map(([name, { acquire }]) => [
    name,
    async (lane) => {
      const release = await acquire(`${name}:${lane}`, TTL_MS);
      await release();
    },
  ]),
);

// The many calls first, so that nobody's code is still being compiled when each takes its time.
await compareRates('64 keys at a time', calls, { rounds, turnMs, inFlight: 64 });
await compareRates('one at a time', calls, { rounds, turnMs, inFlight: 1 });

for (const { close } of Object.values(locks)) await close();
await server.stop();
