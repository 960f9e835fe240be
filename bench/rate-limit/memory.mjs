// Measures what a subject takes of the server's memory, in each way of counting, blocked or not, beside a counter made by
// INCR and PEXPIRE under a key of the same length.
//   node --import ./test/support/typescript.mjs bench/rate-limit/memory.mjs [subjects = 100000]
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '../../src/testing/start-redis.ts';
import { openGateway } from '../../test/support/gateway.ts';
import { limitsOver } from '../../test/support/rate-limits.ts';
import { report } from '../turns.mjs';

const [subjects = 100_000] = process.argv.slice(2).map(Number);
const AT_ONCE = 256;
const server = await startRedis();
const { gateway, client, close } = await openGateway(server.url);
const limits = limitsOver(gateway, { namespace: 'shop', decisionTimeout: '10s' });

/** Answers what the server uses but for the buffers of its clients, which come and go. */
async function usedMemory() {
  await sleep(500); // the server looks at its clients ten times a second
  const info = await client.info('memory');
  const [used, buffers] = ['used_memory', 'mem_clients_normal'].map((field) =>
    Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0),
  );
  return used - buffers;
}

/** Does something for every subject; answers bytes and keys for each. */
async function perSubject(act) {
  await client.flushdb();
  await act('warms-up'); // loads the scripts
  await client.flushdb();
  const before = await usedMemory();
  for (let i = 0; i < subjects; i += AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, subjects - i) }, (_, j) => act(`user-${i + j}`)),
    );
  return { bytes: ((await usedMemory()) - before) / subjects, keys: (await client.dbsize()) / subjects };
}

async function measure(what, act, goal = '') {
  const { bytes, keys } = await perSubject(act);
  report(`${what}, ${keys.toFixed(2)} keys`, `${bytes.toFixed(1)} B`, goal);
}

function consuming(policy, calls) {
  return async (subject) => {
    for (let i = 0; i < calls; i++) await limits.consume(policy, subject);
  };
}

console.log(`memory of the server for each of ${subjects} subjects`);
const length = 'shop:ratelimit:{abcdefghijklmnopqrstuv}:api'.length;
await measure('INCR and PEXPIRE', async (subject) => {
  await client.set(subject.padEnd(length, '.'), 1, 'PX', 3_600_000);
  await client.incr(subject.padEnd(length, '.'));
});
for (const algorithm of ['fixed-window', 'gcra', 'token-bucket', 'sliding-window']) {
  const goal = algorithm === 'fixed-window' || algorithm === 'gcra' ? 'goal: at most 165 B, one key' : '';
  const policy = { name: 'api', limit: 1_000, window: '1h', algorithm };
  await measure(algorithm, consuming(policy, 2), goal);
  await measure(`${algorithm}, blocked`, consuming({ ...policy, limit: 1, block: '1h' }, 2), goal);
}
await measure('sliding-window, 20 calls counted', consuming({ name: 'api', limit: 100, window: '1h' }, 20));
await close();
await server.stop();
