import { randomUUID } from 'node:crypto';
import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { Cron, Interval, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SuiteEvents } from '../../../src/common/events.js';
import { currentLock } from '../../../src/lock/lock-context.js';
import { WithLock } from '../../../src/lock/with-lock.decorator.js';
import { RedisModule } from '../../../src/redis.module.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { until } from '../../support/until.js';

const TICKS = 3;

/** Is one run of a job: which second of the clock it was for. */
const runs: number[] = [];
const overruns: unknown[] = [];
let stuck = 0;

@Injectable()
class Jobs {
  /** Ends at once: without `atLeastFor` the other instance, a little later, would run it again. */
  @WithLock('job:report', { onBusy: 'skip', atLeastFor: '500ms', atMostFor: '1m' })
  @Cron('* * * * * *', { name: 'report' })
  async report(): Promise<void> {
    await Promise.resolve();
    runs.push(Math.round(Date.now() / 1_000));
  }

  /** Never ends by itself. */
  @WithLock('job:stuck', { onBusy: 'skip', atMostFor: '200ms' })
  @Interval('stuck', 20)
  async hang(): Promise<void> {
    stuck++;
    const { signal } = currentLock();
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    overruns.push((signal.reason as { reason: string }).reason);
  }
}

describe('jobs on several instances', () => {
  let redis: TestRedis;
  const apps: INestApplicationContext[] = [];
  const skipped: string[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    const namespace = randomUUID();
    const start = async () => {
      const module = await Test.createTestingModule({
        imports: [RedisModule.forRoot({ connection: redis.url, namespace }), ScheduleModule.forRoot()],
        providers: [Jobs],
      }).compile();
      module.get(SuiteEvents).on('lock:skipped', ({ method }) => skipped.push(method));
      module.useLogger(false);
      apps.push(await module.init());
    };
    await Promise.all([start(), start()]);
  });
  afterAll(async () => {
    for (const app of apps) {
      app.get(SchedulerRegistry).deleteCronJob('report');
      app.get(SchedulerRegistry).deleteInterval('stuck');
    }
    await Promise.all(apps.map((app) => app.close()));
    await redis?.stop();
  });

  // Without the lock each tick runs twice; without `atLeastFor` it does whenever the timers of the two are apart.
  it('run once a tick, on one of them', async () => {
    const reports = () => skipped.filter((method) => method === 'Jobs.report').length;
    await until(() => runs.length >= TICKS && reports() >= TICKS - 1);
    const first = runs[0]!;
    expect(runs).toEqual(runs.map((_, i) => first + i));
    for (const app of apps) expect(app.get(SchedulerRegistry).getCronJob('report')).toBeDefined();
  });

  it('are told when they take longer than they may, and run again elsewhere', async () => {
    await until(() => overruns.length >= 2);
    expect(new Set(overruns)).toEqual(new Set(['overrun']));
    expect(stuck).toBeLessThanOrEqual(overruns.length + 1);
  });
});
