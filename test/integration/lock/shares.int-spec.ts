import { randomUUID } from 'node:crypto';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestServerKind } from '../../../src/testing/test-redis.js';
import { sharesContract } from '../../contract/shares.contract.js';
import { openLocks } from '../../support/locks.js';
import { NATIVE } from '../../support/native-topologies.js';

const KINDS: readonly TestServerKind[] = NATIVE === null ? ['embedded'] : ['native', 'embedded'];

for (const kind of KINDS) {
  sharesContract(`one server, ${kind}`, async () => {
    const redis = await startRedis({ kind });
    const namespace = randomUUID();
    return { open: () => openLocks(redis.url, { namespace }), close: () => redis.stop() };
  });
}
