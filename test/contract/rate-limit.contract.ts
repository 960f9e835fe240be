import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  RATE_LIMIT_ALGORITHMS,
  type RateLimitAlgorithm,
  type RateLimitPolicy,
} from '../../src/rate-limit/policies/rate-limit-policy.options.js';
import { RateLimitExceededError } from '../../src/rate-limit/rate-limit.errors.js';
import type { ConcurrencyPolicy } from '../../src/rate-limit/policies/concurrency.options.js';
import type { RateLimitService } from '../../src/rate-limit/rate-limit.service.js';
import { until } from '../support/until.js';

/** Is a service over the topology under test, and a second one that shares its state like another instance. */
export interface RateLimitContractParts {
  readonly limits: RateLimitService;
  readonly others: RateLimitService;
  close(): Promise<void>;
}

/** Says what every topology must keep, however it counts. */
export function rateLimitContract(open: () => Promise<RateLimitContractParts>): void {
  let parts: RateLimitContractParts | undefined;

  beforeAll(async () => {
    parts = await open();
  });
  afterAll(() => parts?.close());

  describe('of calls in flight', () => permitContract(() => parts!));
  describe.each(RATE_LIMIT_ALGORITHMS)('by %s', (algorithm) => algorithmContract(algorithm, () => parts!));
}

function algorithmContract(algorithm: RateLimitAlgorithm, parts: () => RateLimitContractParts): void {
  let limits: RateLimitService;
  let others: RateLimitService;
  const three: RateLimitPolicy = { name: 'three', limit: 3, window: '1h', algorithm };
  const many: RateLimitPolicy = { name: 'many', limit: 1_000, window: '10d', algorithm };

  beforeAll(() => {
    ({ limits, others } = parts());
  });

  it('allows up to the limit, then refuses and says when to come back', async () => {
    const subject = randomUUID();
    const allowed = [];
    for (let i = 0; i < 3; i++) allowed.push(await limits.consume(three, subject));
    expect(allowed.map(({ remaining }) => remaining)).toEqual([2, 1, 0]);
    expect(allowed[0]).toMatchObject({
      allowed: true,
      policy: 'three',
      limit: 3,
      retryAfterMs: 0,
      degraded: false,
    });
    const denied = await limits.consume(three, subject);
    expect(denied).toMatchObject({
      allowed: false,
      policy: 'three',
      limit: 3,
      remaining: 0,
      degraded: false,
    });
    expect(denied.retryAfterMs).toBeGreaterThan(1_000_000);
    expect(denied.retryAfterMs).toBeLessThanOrEqual(denied.resetMs);
    expect(denied.resetMs).toBeLessThanOrEqual(3_600_000);
  });

  it('counts all instances together, exactly, however many calls come at once', async () => {
    const policy: RateLimitPolicy = { name: 'together', limit: 50, window: '1d', algorithm };
    const subject = randomUUID();
    const calls = Array.from({ length: 200 }, (_, i) =>
      (i % 2 === 0 ? limits : others).consume(policy, subject),
    );
    const decisions = await Promise.all(calls);
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(50);
  });

  it('keeps subjects and policies apart', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    await limits.consume(three, first, { cost: 3 });
    expect(await limits.consume(three, first)).toMatchObject({ allowed: false });
    expect(await limits.consume(three, second)).toMatchObject({ allowed: true, remaining: 2 });
    expect(await limits.consume(many, first)).toMatchObject({ allowed: true, remaining: 999 });
  });

  it('takes all the windows of a call or none', async () => {
    const subject = randomUUID();
    const both = [three, many];
    await limits.consume(many, subject, { cost: 990 });
    expect(await limits.consume(both, subject, { cost: 2 })).toMatchObject({
      allowed: true,
      policy: 'three',
      remaining: 1,
    });
    expect(await limits.consume(both, subject, { cost: 2 })).toMatchObject({
      allowed: false,
      policy: 'three',
    });
    expect(await limits.peek(many, subject)).toMatchObject({ remaining: 8 });
    await limits.consume(many, subject, { cost: 8 });
    expect(await limits.consume(both, subject)).toMatchObject({ allowed: false, policy: 'many' });
    expect(await limits.peek(three, subject)).toMatchObject({ allowed: true, remaining: 1 });
  });

  it('peeks without counting', async () => {
    const subject = randomUUID();
    expect(await limits.peek(three, subject)).toMatchObject({ allowed: true, remaining: 3, resetMs: 0 });
    await limits.consume(three, subject, { cost: 3 });
    const seen = await others.peek(three, subject);
    expect(seen).toMatchObject({ allowed: false, remaining: 0 });
    expect(seen.retryAfterMs).toBeGreaterThan(0);
  });

  it('refunds what was consumed last, and never more than that', async () => {
    const subject = randomUUID();
    await limits.consume(three, subject, { cost: 3 });
    await others.refund(three, subject, 2);
    expect(await limits.peek(three, subject)).toMatchObject({ remaining: 2 });
    await limits.refund(three, subject, 100);
    expect(await limits.peek(three, subject)).toMatchObject({ remaining: 3, resetMs: 0 });
    await limits.consume(many, subject, { cost: 700 });
    await limits.refund(many, subject, 300);
    expect(await limits.peek(many, subject)).toMatchObject({ remaining: 600 });
  });

  it('resets a subject', async () => {
    const subject = randomUUID();
    await limits.consume([three, many], subject, { cost: 3 });
    await others.reset([three, many], subject);
    expect(await limits.peek(three, subject)).toMatchObject({ remaining: 3 });
    expect(await limits.peek(many, subject)).toMatchObject({ remaining: 1_000 });
  });

  it('blocks and unblocks by hand, and keeps what was counted', async () => {
    const subject = randomUUID();
    await limits.consume(three, subject);
    await limits.block(three, subject, '1d');
    const denied = await others.consume(three, subject);
    expect(denied).toMatchObject({ allowed: false, remaining: 0 });
    expect(denied.retryAfterMs).toBeGreaterThan(86_000_000);
    expect(await others.peek(three, subject)).toMatchObject({ allowed: false });
    await others.unblock(three, subject);
    expect(await limits.consume(three, subject)).toMatchObject({ allowed: true, remaining: 1 });
  });

  it('blocks after an excess for as long as the policy says', async () => {
    const policy: RateLimitPolicy = { name: 'strict', limit: 1, window: '1h', block: '1d', algorithm };
    const subject = randomUUID();
    expect(await limits.consume(policy, subject)).toMatchObject({ allowed: true });
    expect((await limits.peek(policy, subject)).retryAfterMs).toBeLessThanOrEqual(3_600_000);
    expect((await limits.consume(policy, subject)).retryAfterMs).toBeGreaterThan(86_000_000);
    expect((await others.peek(policy, subject)).retryAfterMs).toBeGreaterThan(86_000_000);
    await limits.reset(policy, subject);
    expect(await limits.consume(policy, subject)).toMatchObject({ allowed: true });
  });

  it('blocks longer each time, remembers that on one key, and forgives by hand', async () => {
    const policy: RateLimitPolicy = {
      name: 'patient',
      limit: 1,
      window: 50,
      block: [100, '1d'],
      forgive: '1h',
      algorithm,
    };
    const subject = randomUUID();
    await limits.consume(policy, subject);
    expect((await limits.consume(policy, subject)).retryAfterMs).toBeLessThanOrEqual(100);
    await until(async () => (await others.consume(policy, subject)).allowed);
    const again = (await Promise.all([1, 2].map(() => limits.consume(policy, subject)))).at(-1);
    expect(again?.retryAfterMs).toBeGreaterThan(86_000_000);
    await others.unblock(policy, subject);
    await until(async () => (await limits.peek(policy, subject)).allowed);
    await limits.reset(policy, subject);
    await limits.consume(policy, subject);
    expect((await limits.consume(policy, subject)).retryAfterMs).toBeLessThanOrEqual(100);
  });

  it('finds the limit of each subject, and keeps it', async () => {
    let asked = 0;
    const paying = `paying ${randomUUID()}`;
    const byPlan: RateLimitPolicy = {
      name: 'by-plan',
      limit: async (subject) => Promise.resolve(++asked && subject === paying ? 300 : 2),
      window: '1h',
      algorithm,
    };
    const free = randomUUID();
    expect(await limits.consume([byPlan, many], free)).toMatchObject({ limit: 2, remaining: 1 });
    expect(await limits.consume([byPlan, many], paying, { cost: 5 })).toMatchObject({ remaining: 295 });
    expect(await limits.consume(byPlan, free, { cost: 2 })).toMatchObject({ allowed: false });
    await limits.refund(byPlan, free);
    expect(await limits.peek(byPlan, free)).toMatchObject({ limit: 2, remaining: 2 });
    await limits.reset(byPlan, paying);
    expect(await limits.peek(byPlan, paying)).toMatchObject({ limit: 300, remaining: 300 });
    expect(asked).toBe(4);
  });

  it('only watches with a policy in shadow', async () => {
    const subject = randomUUID();
    const watching: RateLimitPolicy = { name: 'watching', limit: 1, window: '1h', algorithm, shadow: true };
    for (let i = 0; i < 3; i++) {
      expect(await limits.consume(watching, subject)).toMatchObject({ allowed: true, retryAfterMs: 0 });
    }
    expect(await limits.consume({ ...watching, shadow: false }, subject)).toMatchObject({ allowed: false });
    expect(await limits.consume([three, watching], subject)).toMatchObject({
      allowed: true,
      policy: 'three',
      remaining: 2,
    });
  });

  it('never allows what costs more than the limit', async () => {
    const denied = await limits.consume(three, randomUUID(), { cost: 4 });
    expect(denied).toMatchObject({ allowed: false, remaining: 3 });
    expect(denied.retryAfterMs).toBe(3_600_000);
  });
}

function permitContract(parts: () => RateLimitContractParts): void {
  let limits: RateLimitService;
  let others: RateLimitService;
  const two: ConcurrencyPolicy = { name: 'two', concurrency: 2 };

  beforeAll(() => {
    ({ limits, others } = parts());
  });

  it('lets so many begin on all instances, and the next when one has ended', async () => {
    const subject = randomUUID();
    const [one, other] = [await limits.acquire(two, subject), await others.acquire(two, subject)];
    expect([one, other].map(({ decision }) => decision.remaining)).toEqual([1, 0]);
    expect(one.decision).toMatchObject({ allowed: true, policy: 'two', limit: 2, degraded: false });
    const refused = await limits.acquire(two, subject).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RateLimitExceededError);
    expect(refused).toMatchObject({
      decision: { policy: 'two', limit: 2, remaining: 0, retryAfterMs: 1_000 },
    });
    expect(await others.peek(two, subject)).toMatchObject({ allowed: false, remaining: 0 });
    await one.release();
    await one.release();
    expect(await limits.peek(two, subject)).toMatchObject({ allowed: true, remaining: 1 });
    await (await others.acquire(two, subject)).release();
    await other.release();
    expect(await limits.peek(two, subject)).toMatchObject({ remaining: 2, resetMs: 0 });
  });

  it('never lets more begin, however many try at once', async () => {
    const subject = randomUUID();
    const policy: ConcurrencyPolicy = { name: 'burst', concurrency: 7 };
    const tries = Array.from({ length: 60 }, (_, i) =>
      (i % 2 === 0 ? limits : others).acquire(policy, subject),
    );
    const settled = await Promise.allSettled(tries);
    const taken = settled.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
    expect(taken).toHaveLength(7);
    await Promise.all(taken.map((permit) => permit.release()));
    expect(await limits.peek(policy, subject)).toMatchObject({ remaining: 7 });
  });

  it('gives a permit back whatever becomes of the work', async () => {
    const subject = randomUUID();
    const single: ConcurrencyPolicy = { name: 'single', concurrency: 1 };
    expect(await limits.withPermit(single, subject, () => 'done')).toBe('done');
    const failing = limits.withPermit(single, subject, () => Promise.reject(new Error('mine')));
    await expect(failing).rejects.toThrow('mine');
    const nested = limits.withPermit(single, subject, () =>
      others.withPermit(single, subject, () => 'twice'),
    );
    await expect(nested).rejects.toThrow(RateLimitExceededError);
    expect(await limits.peek(single, subject)).toMatchObject({ remaining: 1 });
  });

  it('keeps subjects apart, frees them by hand, and refuses nobody in shadow', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    await limits.acquire(two, ann);
    await limits.acquire(two, ann);
    expect(await limits.peek(two, bob)).toMatchObject({ remaining: 2 });
    const shadowed = await limits.acquire({ ...two, shadow: true }, ann);
    expect(shadowed.decision).toMatchObject({ allowed: true });
    await others.reset(two, ann);
    expect(await limits.peek(two, ann)).toMatchObject({ remaining: 2 });
  });
}
