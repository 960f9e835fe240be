// Measures reads and loads beside the least they could be: a hit in Redis beside GET and JSON.parse, a miss that is
// loaded and stored beside GET, the loader and SET. A hit in the process has nothing to be compared with but peers.
//   node --import ./test/support/typescript.mjs bench/cache/reads.mjs [rounds = 7] [ms a turn = 500]
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { startRedis } from '../../src/testing/start-redis.ts';
import { openCache } from '../../test/support/cache.ts';
import { compareRates } from '../turns.mjs';
import { openPeers } from './peers.mjs';
import { product } from './product.mjs';

const [rounds = 7, turnMs = 500] = process.argv.slice(2).map(Number);
const KEYS = 10_000;
const AT_ONCE = 100;

const server = await startRedis();
const raw = new Redis(server.url);
const { cache, close } = await openCache(server.url, { options: { ttl: '1h' } });
const peers = await openPeers(server.url);

let turnOf = 0;
/** Walks through the keys in an order that no cache line remembers. */
const nextKey = () => (turnOf = (turnOf * 1_103_515_245 + 12_345) % KEYS);

for (let id = 0; id < KEYS; id++) {
  await raw.set(`raw:${id}`, JSON.stringify(product(id)), 'EX', 3_600);
  await cache.set(['l2', id], product(id));
}

const TAGS = ['products', 'shop:41', 'lamps'];
for (let id = 0; id < AT_ONCE; id++) {
  await cache.set(['l1', id], product(id), { tags: TAGS });
  for (const peer of peers) await peer.set(`l1:${id}`, product(id), TAGS);
}
for (let round = 0; round < 50; round++) for (let id = 0; id < AT_ONCE; id++) await cache.get(['l1', id]);

const load = () => Promise.reject(new Error('a hit needs no load'));
const options = { tags: TAGS };
/** Makes a call of a hundred, so that looking at the clock costs nothing to speak of. */
const hundred = (call) => async () => {
  for (let id = 0; id < AT_ONCE; id++) await call(id);
};
await compareRates(
  `hits in the process, three tags verified, in HUNDREDS`,
  {
    get: hundred((id) => cache.get(`l1:${id}`)),
    'get, key as a list': hundred((id) => cache.get(['l1', id])),
    getOrSet: hundred((id) => cache.getOrSet(`l1:${id}`, load, options)),
    ...Object.fromEntries(peers.map((peer) => [peer.name, hundred((id) => peer.get(`l1:${id}`))])),
  },
  { rounds, turnMs, inFlight: 1 },
);
console.log(`  served by the process: ${cache.stats().l1Hits}, by Redis: ${cache.stats().l2Hits}`);

const direct = { l1: false };
for (const inFlight of [1, 8, 64, 256]) {
  await compareRates(
    `hits in Redis, ${inFlight} callers`,
    {
      'raw GET + JSON.parse': async () => JSON.parse(await raw.get(`raw:${nextKey()}`)),
      get: () => cache.get(`l2:${nextKey()}`, direct),
      getOrSet: () => cache.getOrSet(`l2:${nextKey()}`, load, direct),
    },
    { rounds, turnMs, inFlight },
  );
}

let missing = 0;
const run = randomUUID();
await compareRates(
  'a miss, loaded and stored, 64 callers',
  {
    'raw GET, load, SET': async () => {
      const key = `raw:${run}:${missing++}`;
      if ((await raw.get(key)) !== null) throw new Error('this was to be a miss');
      await raw.set(key, JSON.stringify(product(missing)), 'PX', 3_600_000);
    },
    getOrSet: () => cache.getOrSet(['miss', run, missing++], () => product(missing)),
    'getOrSet, three tags': () => cache.getOrSet(['miss', run, missing++], () => product(missing), options),
    ...Object.fromEntries(
      peers.map((peer) => [
        peer.name,
        () => peer.getOrSet(`miss:${run}:${missing++}`, async () => product(missing)),
      ]),
    ),
  },
  { rounds, turnMs, inFlight: 64 },
);

await Promise.all([close(), raw.quit(), ...peers.map((peer) => peer.close())]);
await server.stop();
