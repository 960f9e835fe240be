import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { CacheService, LockService, RateLimitService, RedisModule, getRedisToken } from '../../src/index.js';
import { KEY_FAMILIES } from '../../src/common/keys/key-families.js';
import { startRedis } from '../../src/testing/start-redis.js';
import type { TestRedis } from '../../src/testing/test-redis.js';
import type { Redis } from 'ioredis';

const PAGE = readFileSync('docs/keys.md', 'utf8');
const NAMESPACE = 'keysdoc';

/** Reads the forms of keys off the table, as expressions: a name in angle brackets stands for anything without colons. */
function documentedForms(): RegExp[] {
  const cells = [...PAGE.matchAll(/^\| `(<ns>:\w+:[^`]*)` +\| (cache|state) /gm)].map(([, form]) => form!);
  return cells.map((form) => {
    const escaped = form.replace(/[{}]/g, '\\$&').replace('<ns>', NAMESPACE).replace('<key>', '[^{].*');
    return new RegExp(`^${escaped.replace(/<\w+>/g, '[^{}]+')}$`);
  });
}

describe('docs/keys.md', () => {
  let server: TestRedis;
  let app: TestingModule;

  beforeAll(async () => {
    server = await startRedis();
    app = await Test.createTestingModule({
      imports: [RedisModule.forRoot({ connection: server.url, namespace: NAMESPACE })],
    }).compile();
    await app.init();
  });
  afterAll(async () => {
    await app?.close();
    await server?.stop();
  });

  it('describes exactly the keys that stand in Redis', async () => {
    await app.get(CacheService).set('user:1', 1, { tags: ['users'] });
    await app.get(RateLimitService).consume({ limit: 5, window: '1m' }, 'somebody');
    await app.get(RateLimitService).acquire({ concurrency: 5 }, 'somebody');
    const locks = app.get(LockService);
    const ways = [
      () => locks.acquire('payout:1'),
      () => locks.semaphore('exports', 1).acquire(),
      () => locks.readWrite('prices').write(),
    ];
    const held = await Promise.all(ways.map((acquire) => acquire()));
    const waiting = ways.map((acquire) => acquire());
    const client = app.get<Redis>(getRedisToken());
    while ((await client.keys(`${NAMESPACE}:lock:*queue`)).length < ways.length);

    const keys = await client.keys(`${NAMESPACE}:*`);
    const forms = documentedForms();
    expect(forms).toHaveLength(13);
    expect(keys.filter((key) => !forms.some((form) => form.test(key)))).toEqual([]);
    expect(forms.filter((form) => !keys.some((key) => form.test(key)))).toEqual([]);

    for (const lock of held) await lock.release();
    for (const lock of await Promise.all(waiting)) await lock.release();
  });

  it('names every family with its class', () => {
    const families = PAGE.slice(PAGE.indexOf('## Families'));
    const [cached, state] = families.split('may be evicted.');
    for (const [family, dataClass] of Object.entries(KEY_FAMILIES)) {
      expect(dataClass === 'cache' ? cached : state).toContain(`\`${family}\``);
    }
  });
});
