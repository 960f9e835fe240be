import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PGlite } from '@electric-sql/pglite';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openLocks, type OpenLocks } from '../../support/locks.js';

/** Writes a value with a fence. @returns whether the store accepted it. */
type Write = (value: number, fence: bigint) => Promise<boolean>;

/** Returns the recipe of a language as the page on locks has it. */
function recipe(language: string): string {
  const page = readFileSync('docs/locks.md', 'utf8');
  const fences = page.slice(page.indexOf('## The fence'));
  return new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(fences)![1]!;
}

describe('the recipes for fenced writes', () => {
  const namespace = randomUUID();
  let redis: TestRedis;
  let here: OpenLocks;
  let there: OpenLocks;
  let database: PGlite;
  const writes: Record<'Redis' | 'SQL', Write> = {
    Redis: async (value, fence) => {
      const keys = [`{${namespace}}:value`, `{${namespace}}:fence`];
      const reply = await here.gateway.send([
        'EVAL',
        recipe('lua'),
        keys.length,
        ...keys,
        String(fence),
        value,
      ]);
      return reply === 1;
    },
    SQL: async (value, fence) => {
      const { affectedRows } = await database.query(recipe('sql'), [value, fence, 1]);
      return affectedRows === 1;
    },
  };

  beforeAll(async () => {
    redis = await startRedis();
    [here, there] = (await Promise.all([1, 2].map(() => openLocks(redis.url, { namespace })))) as [
      OpenLocks,
      OpenLocks,
    ];
    database = await PGlite.create();
    await database.exec(`CREATE TABLE account (id INT PRIMARY KEY, balance BIGINT, fence BIGINT NOT NULL DEFAULT 0);
      INSERT INTO account (id) VALUES (1)`);
  }, 60_000);
  afterAll(async () => {
    await here?.close();
    await there?.close();
    await database?.close();
    await redis?.stop();
  });

  describe.each(['Redis', 'SQL'] as const)('in %s', (store) => {
    const write = writes[store];

    it('accept the holder, again and again, and refuse who held the lock before', async () => {
      const late = await here.locks.acquire(store, { ttl: 30, renew: false });
      expect(await write(1, late.fence)).toBe(true);
      // Somebody who is frozen here, or whose event loop is blocked, has asserted that it holds the lock and not yet written.
      await using next = await there.locks.acquire(store);
      expect(await write(2, next.fence)).toBe(true);
      expect(await write(3, late.fence)).toBe(false);
      expect(await write(4, next.fence)).toBe(true);
    });

    it('accept nothing out of order from holders who never look whether they hold the lock', async () => {
      const accepted: bigint[] = [];
      let refused = 0;
      const holder = async ({ locks }: OpenLocks) => {
        for (let round = 0; round < 30; round++) {
          const { fence } = await locks.acquire(`careless:${store}`, { ttl: 10, renew: false, wait: '1m' });
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 25));
          if (await write(round, fence)) accepted.push(fence);
          else refused++;
        }
      };
      await Promise.all([here, there, here, there].map(holder));
      expect(accepted).toEqual(accepted.toSorted((a, b) => (a < b ? -1 : 1)));
      expect(accepted.length + refused).toBe(120);
    });
  });
});
