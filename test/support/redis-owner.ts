/** Starts a server, tells where it is, and ends in the way it was told: a program for tests about orphans. */
import { Redis } from 'ioredis';
import { startRedis } from '../../src/testing/start-redis.js';
import type { TestServerKind } from '../../src/testing/test-redis.js';
import { raceOff } from './tcp.js';

const [, , kind, ending] = process.argv;
const redis = await startRedis({ kind: kind as TestServerKind });
const client = new Redis(redis.url);
const [, directory] = (await client.config('GET', 'dir')) as [string, string];

if (ending === 'is killed while it is frozen') await redis.freeze();
if (ending === 'is killed while it runs an endless script')
  await raceOff(client.eval('while true do end', 0));

process.stdout.write(JSON.stringify({ port: redis.port, directory }) + '\n');

if (ending === 'forgets it') client.disconnect();
if (ending === 'exits') process.exit();
if (ending === 'throws') throw new Error('as told');
