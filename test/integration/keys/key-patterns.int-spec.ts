import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EncodedKey } from '../../../src/common/keys/encoded-key.js';
import { encodeKey, encodePattern, escapePattern } from '../../../src/common/keys/key-encoding.js';
import { KeySpace } from '../../../src/common/keys/key-space.js';
import { structuralKey } from '../../../src/common/keys/structural-key.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openGateway, type OpenGateway } from '../../support/gateway.js';

const NASTY = [
  ...['*', '?', 'a', 'ab', '[a]', '[^b]', '\\', '\\*', '{a}', ':', 'a:b', '%2A', '%', '^', '-'],
  ...['\0', '\n', 'é', '😀', '\ud800', '\udc00', '\ufffd'],
];

let redis: TestRedis | undefined;
let open: OpenGateway | undefined;
beforeAll(async () => {
  redis = await startRedis();
  open = await openGateway(redis.url);
});
afterAll(async () => {
  await open?.close();
  await redis?.stop();
});

/** A namespace of its own, with what stores keys in its cache family and finds them by pattern. */
function newSpace() {
  const { gateway } = open!;
  const space = new KeySpace(`keys-${randomUUID()}`);
  return {
    store: async (keys: EncodedKey[]) => {
      await gateway.sendMany(keys.map((key) => ['SET', space.key('cache', key), 1]));
    },
    matching: async (pattern: string) => {
      const found: string[] = [];
      for await (const batch of gateway.scan(space.pattern('cache', encodePattern(pattern))))
        found.push(...batch);
      return found.map((key) => key.slice(space.prefix('cache').length)).sort();
    },
  };
}

describe('keys on a server', () => {
  it('stay apart and match only themselves, whatever they hold', async () => {
    const { store, matching } = newSpace();
    const keys = NASTY.map((text) => encodeKey(['user', text]));
    await store(keys);
    expect(await matching('*')).toEqual([...keys].sort());
    for (const text of NASTY) {
      expect(await matching(`user:${escapePattern(text)}`)).toEqual([encodeKey(['user', text])]);
    }
  });

  it('are found by the wildcards of a pattern and by nothing else in it', async () => {
    const { store, matching } = newSpace();
    await store(['user:1', 'user:2', 'user:1:a', 'users:1', 'user:[12]', 'a*c', 'abc'].map(encodeKey));
    expect(await matching('user:*')).toEqual(['user:%5B12%5D', 'user:1', 'user:1:a', 'user:2']);
    expect(await matching('user:?')).toEqual(['user:1', 'user:2']);
    expect(await matching('user:[12]')).toEqual(['user:%5B12%5D']);
    expect(await matching('a\\*c')).toEqual(['a%2Ac']);
    expect(await matching('a*c')).toEqual(['a%2Ac', 'abc']);
  });

  it('are found by their beginning when they are over-long, as are default keys', async () => {
    const { store, matching } = newSpace();
    const long = encodeKey(['user', 'x'.repeat(1_000)]);
    const byDefault = structuralKey(encodeKey('Users.find'), ['*', { a: ['y'.repeat(1_000)] }]);
    await store([long, byDefault]);
    expect(await matching('user:*')).toEqual([long]);
    expect(await matching('Users.find:*')).toEqual([byDefault]);
  });

  it('are never found from another namespace or family', async () => {
    const [here, there] = [newSpace(), newSpace()];
    await here.store([encodeKey('a')]);
    expect(await there.matching('*')).toEqual([]);
    expect(await there.matching('*a')).toEqual([]);
  });
});
