import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SuiteEvents } from '../../../src/common/events.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import { startTcpProxy } from '../../../src/testing/tcp-proxy.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openGateway } from '../../support/gateway.js';
import { until } from '../../support/until.js';

describe('a connection', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  // Seen to fail when every close of a socket is told of: locks take that for a server that may have lost its data.
  it('is lost when it stood before, and not when a try to connect fails', async () => {
    const told: string[] = [];
    const events = new SuiteEvents();
    for (const event of ['connection:error', 'connection:connected', 'connection:closed'] as const)
      events.on(event, () => told.push(event));
    await redis.kill();
    const opening = openGateway(redis.url, { events, bootTimeout: '15s' });
    await until(() => told.length >= 2);
    expect(new Set(told)).toEqual(new Set(['connection:error']));
    await redis.restart();
    const { close } = await opening;
    expect(new Set(told)).toEqual(new Set(['connection:error', 'connection:connected']));
    await redis.kill();
    await until(() => told.includes('connection:closed'));
    await close();
  });

  it('that died without a word is made anew, and so is that of the subscriptions', async () => {
    await redis.restart();
    const proxy = await startTcpProxy({ target: redis.url });
    const { gateway, close } = await openGateway(proxy.url, { commandTimeout: 100 });
    let resumed = 0;
    const messages: string[] = [];
    const channel = `${randomUUID()}:news`;
    const onMessage = (text: string) => messages.push(text);
    await gateway.subscribe(channel, { onMessage, onResume: () => resumed++ });
    proxy.cutReplies(0, 'stall');
    await until(() => gateway.send(['PING'], { timeoutMs: 30 }).then(() => true, () => false)); // prettier-ignore
    await until(() => resumed > 0);
    await gateway.send(['PUBLISH', channel, 'heard']);
    await until(() => messages.length > 0);
    await close();
    await proxy.stop();
  });
});
