import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SYSTEM_CLOCK, type Clock } from '../../../src/common/clock.js';
import type { RateLimitPolicy } from '../../../src/rate-limit/policies/rate-limit-policy.options.js';
import type { RateLimitService } from '../../../src/rate-limit/rate-limit.service.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openGateway, type OpenGateway } from '../../support/gateway.js';
import { limitsOver, PATIENT, PATIENT_CONNECTION } from '../../support/rate-limits.js';
import { until } from '../../support/until.js';

const POLICY: RateLimitPolicy = { name: 'two', limit: 2, window: '1h' };

describe('denials', () => {
  let server: TestRedis;
  let opened: OpenGateway;
  let other: OpenGateway;
  let passedMs = 0;
  let limits: RateLimitService;
  let others: RateLimitService;
  const clock: Clock = { ...SYSTEM_CLOCK, monotonic: () => SYSTEM_CLOCK.monotonic() + passedMs };

  beforeAll(async () => {
    server = await startRedis();
    const open = () => openGateway(server.url, PATIENT_CONNECTION);
    [opened, other] = await Promise.all([open(), open()]);
  });
  afterAll(async () => {
    await Promise.all([opened?.close(), other?.close()]);
    await server?.stop();
  });
  beforeEach(() => {
    const namespace = randomUUID();
    passedMs = 0;
    limits = limitsOver(opened.gateway, { namespace, clock, memorySubjects: 3, ...PATIENT });
    others = limitsOver(other.gateway, { namespace, ...PATIENT });
  });

  /** Counts the scripts that `work` has run; those of tests are the only ones. */
  async function scripts(work: () => Promise<unknown>): Promise<number> {
    const before = await calls();
    await work();
    return (await calls()) - before;
  }

  async function calls(): Promise<number> {
    const stats = await other.client.info('commandstats');
    return [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
  }

  /** Denies a subject until the process answers by itself. */
  async function denied(subject: string = randomUUID()): Promise<string> {
    await limits.consume(POLICY, subject, { cost: 2 });
    await until(async () => (await scripts(() => limits.consume(POLICY, subject))) === 0);
    return subject;
  }

  it('are answered from memory, with the time that is left', async () => {
    const subject = await denied();
    const first = await limits.consume(POLICY, subject);
    passedMs += 5_000;
    const ran = await scripts(async () => {
      for (let i = 0; i < 100; i++) await limits.consume(POLICY, subject);
    });
    expect(ran).toBe(0);
    const later = await limits.consume(POLICY, subject);
    expect(later).toMatchObject({ allowed: false, policy: 'two', limit: 2, remaining: 0, degraded: false });
    expect(first.retryAfterMs - later.retryAfterMs).toBeGreaterThanOrEqual(5_000);
    expect(first.resetMs - later.resetMs).toBeGreaterThanOrEqual(5_000);
  });

  it('are remembered of policies that are written anew for each call', async () => {
    const subject = randomUUID();
    const written = () => ({ name: 'written', limit: 1, window: '1h' }) as const;
    await limits.consume(written(), subject);
    await until(async () => (await scripts(() => limits.consume(written(), subject))) === 0);
    await until(async () => (await scripts(() => limits.consume([written()], subject))) === 0);
    await others.reset(written(), subject);
    await until(async () => (await limits.consume(written(), subject)).allowed);
  });

  it('are not mistaken for those of a policy that says something else', async () => {
    const subject = randomUUID();
    await limits.consume({ name: 'written', limit: () => 1, window: '1h' }, subject);
    await until(
      async () => !(await limits.consume({ name: 'written', limit: 1, window: '1h' }, subject)).allowed,
    );
    expect(await limits.consume({ name: 'written', limit: () => 2, window: '1h' }, subject)).toMatchObject({
      allowed: true,
      limit: 2,
    });
  });

  it('are confirmed by Redis after ten seconds, so that a lost message costs no more', async () => {
    const subject = await denied();
    await other.client.unlink(await other.client.keys('*two'));
    expect(await limits.consume(POLICY, subject)).toMatchObject({ allowed: false });
    passedMs += 10_000;
    expect(await limits.consume(POLICY, subject)).toMatchObject({ allowed: true });
  });

  it.each<[string, (service: RateLimitService, subject: string) => Promise<void>]>([
    ['reset', (service, subject) => service.reset(POLICY, subject)],
    ['refund', (service, subject) => service.refund(POLICY, subject, 2)],
  ])('end at once with a %s, here or in another instance', async (_, release) => {
    const subject = await denied();
    await release(limits, subject);
    expect(await limits.consume(POLICY, subject)).toMatchObject({ allowed: true });
    await denied(subject);
    await release(others, subject);
    await until(async () => (await limits.consume(POLICY, subject)).allowed);
  });

  it('end at once when a block is lifted, here or in another instance', async () => {
    const subject = randomUUID();
    for (const service of [limits, others]) {
      await others.block(POLICY, subject, '1h');
      await until(async () => (await scripts(() => limits.consume(POLICY, subject))) === 0);
      await service.unblock(POLICY, subject);
      await until(async () => (await limits.consume(POLICY, subject)).allowed);
    }
  });

  it('hold for one window of several, and for the same call only', async () => {
    const wide: RateLimitPolicy = { name: 'wide', limit: 100, window: '1h' };
    const both = [wide, POLICY];
    const subject = randomUUID();
    await limits.consume(both, subject, { cost: 2 });
    await until(async () => (await scripts(() => limits.consume(both, subject))) === 0);
    expect(await scripts(() => limits.consume(both, subject))).toBe(0);
    expect(await scripts(() => limits.consume(both, subject, { cost: 2 }))).toBe(1);
    expect(await limits.consume(wide, subject)).toMatchObject({ allowed: true, remaining: 97 });
    expect(await scripts(() => limits.peek(POLICY, subject))).toBe(1);
  });

  it('are forgotten when news may have been missed', async () => {
    const subject = await denied();
    await other.client.unlink(await other.client.keys('*two'));
    await other.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await until(async () => (await limits.consume(POLICY, subject)).allowed);
  });

  it('are forgotten beyond the bound, those oldest first', async () => {
    const subjects: string[] = [];
    for (let i = 0; i < 4; i++) subjects.push(await denied());
    expect(await scripts(() => limits.consume(POLICY, subjects[3]!))).toBe(0);
    expect(await scripts(() => limits.consume(POLICY, subjects[0]!))).toBe(1);
  });
});
