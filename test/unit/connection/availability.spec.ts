import { beforeEach, describe, expect, it } from '@jest/globals';
import { SuiteEvents } from '../../../src/common/events.js';
import { Availability, type AvailabilityPolicy } from '../../../src/connection/availability.js';
import { HandClock } from '../../support/hand-clock.js';

const POLICY: AvailabilityPolicy = { failuresToOpen: 3, slowMs: 100, slowInARow: 4, probeCapMs: 1_000 };

describe('Availability', () => {
  let clock: HandClock;
  let log: string[];
  /** Holds the times of the probes, and whether the server answers them. */
  let probes: number[];
  let answers: boolean | 'never';
  let availability: Availability;

  function times(count: number, act: () => void): void {
    for (let i = 0; i < count; i++) act();
  }

  beforeEach(() => {
    clock = new HandClock();
    log = [];
    probes = [];
    answers = false;
    const events = new SuiteEvents();
    events.on('connection:availability', ({ connection, previous, state }) =>
      log.push(`${connection}: ${previous} -> ${state}`),
    );
    availability = new Availability({
      connection: 'state',
      events,
      clock,
      policy: POLICY,
      onChange: () => log.push(`changed to ${availability.state}`),
      probe: () => {
        probes.push(clock.monotonic());
        if (answers === 'never') return new Promise(() => {});
        return answers ? Promise.resolve('PONG') : Promise.reject(new Error('away'));
      },
    });
  });

  it('is ready, without a timer, until something is known to be wrong', () => {
    expect(availability.state).toBe('ready');
    expect(clock.pending).toBe(0);
  });

  it('opens the breaker after failures in a row, and tells its owner before anybody else', () => {
    times(2, () => availability.failed());
    expect(availability.state).toBe('ready');
    availability.failed();
    expect(availability.state).toBe('down');
    expect(log).toEqual(['changed to down', 'state: ready -> down']);
  });

  it('does not go down for calls that began before the last answer', async () => {
    await clock.move(100);
    availability.succeeded(1);
    times(5, () => availability.failed(99));
    expect(availability.state).toBe('ready');
    times(3, () => availability.failed(101));
    expect(availability.state).toBe('down');
  });

  it('starts to count again after a success, slow or quick', () => {
    for (const durationMs of [1, 500]) {
      times(2, () => availability.failed());
      availability.succeeded(durationMs);
    }
    times(2, () => availability.failed());
    expect(availability.state).toBe('ready');
  });

  it('says once that it is down, however much fails', () => {
    times(10, () => availability.failed());
    availability.wentDown();
    expect(log).toEqual(['changed to down', 'state: ready -> down']);
    expect(clock.pending).toBe(1);
  });

  it('stays down when a call that was still on its way succeeds: only a probe tells', () => {
    availability.wentDown();
    times(20, () => availability.succeeded(1));
    expect(availability.state).toBe('down');
  });

  it('probes with growing pauses up to the cap, one probe at a time', async () => {
    availability.wentDown();
    await clock.move(60_000);
    const pauses = probes.map((at, i) => at - (probes[i - 1] ?? 0));
    pauses.forEach((pause, i) => expect(pause).toBeLessThanOrEqual(Math.min(1_000, 50 * 2 ** i)));
    // Full jitter waits half of the cap on average.
    expect(probes.length).toBeGreaterThan(70);
    expect(probes.length).toBeLessThan(250);
    expect(clock.pending).toBe(1);
  });

  it('is ready again when a probe is answered, and probes no more', async () => {
    availability.wentDown();
    await clock.move(3_000);
    answers = true;
    await clock.move(1_000);
    expect(availability.state).toBe('ready');
    expect(log.slice(2)).toEqual(['changed to ready', 'state: down -> ready']);
    expect(clock.pending).toBe(0);
  });

  it('counts failures and pauses anew in the next outage', async () => {
    answers = true;
    availability.wentDown();
    await clock.move(1_000);
    probes.length = 0;
    times(2, () => availability.failed());
    expect(availability.state).toBe('ready');
    availability.failed();
    const start = clock.monotonic();
    await clock.move(1_000);
    expect(probes).toHaveLength(1);
    expect(probes[0]! - start).toBeLessThanOrEqual(50);
  });

  it('probes at once when the connection is back', async () => {
    availability.wentDown();
    await clock.move(10_000);
    answers = true;
    const before = probes.length;
    availability.probeNow();
    expect(probes).toHaveLength(before + 1);
    await clock.move(0);
    expect(availability.state).toBe('ready');
    expect(clock.pending).toBe(0);
  });

  it('has no two probes on their way', async () => {
    answers = 'never';
    availability.wentDown();
    times(3, () => availability.probeNow());
    await clock.move(10_000);
    expect(probes).toHaveLength(1);
  });

  it('asks nothing while it is ready', () => {
    availability.probeNow();
    expect(probes).toEqual([]);
  });

  it('becomes slow after slow calls in a row only, and ready after quick calls in a row only', () => {
    const { slowMs } = POLICY;
    times(3, () => availability.succeeded(slowMs));
    availability.succeeded(slowMs - 1);
    times(3, () => availability.succeeded(slowMs));
    expect(availability.state).toBe('ready');
    availability.succeeded(slowMs);
    expect(availability.state).toBe('slow');
    times(3, () => availability.succeeded(1));
    availability.succeeded(slowMs);
    times(3, () => availability.succeeded(1));
    expect(availability.state).toBe('slow');
    availability.succeeded(1);
    expect(availability.state).toBe('ready');
    expect(log.filter((line) => line.startsWith('state'))).toEqual([
      'state: ready -> slow',
      'state: slow -> ready',
    ]);
  });

  it('opens from slow, too', () => {
    times(4, () => availability.succeeded(200));
    times(3, () => availability.failed());
    expect(log.at(-1)).toBe('state: slow -> down');
  });

  it('probes no more once it is closed, nor says anything', async () => {
    availability.wentDown();
    availability.close();
    availability.probeNow();
    await clock.move(60_000);
    expect(probes).toEqual([]);
    expect(clock.pending).toBe(0);
    expect(log).toHaveLength(2);
  });

  it('ignores the answer of a probe that comes after the close', async () => {
    answers = true;
    availability.wentDown();
    availability.probeNow();
    availability.close();
    await clock.move(60_000);
    expect(availability.state).toBe('down');
    expect(clock.pending).toBe(0);
  });

  it('does not go down once it is closed', async () => {
    availability.close();
    availability.wentDown();
    times(5, () => availability.failed());
    await clock.move(60_000);
    expect({ state: availability.state, log, probes }).toEqual({ state: 'ready', log: [], probes: [] });
  });
});
