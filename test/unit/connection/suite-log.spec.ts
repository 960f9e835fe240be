import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger, type LoggerService } from '@nestjs/common';
import { SuiteEvents } from '../../../src/common/events.js';
import { SuiteLog } from '../../../src/connection/suite-log.js';
import { HandClock } from '../../support/hand-clock.js';

describe('SuiteLog', () => {
  let events: SuiteEvents;
  let lines: string[];
  let clock: HandClock;

  beforeEach(() => {
    lines = [];
    const write = (level: string) => (line: string) => lines.push(`${level} ${line}`);
    const logger: LoggerService = { log: write('log'), warn: write('warn'), error: write('error') };
    Logger.overrideLogger(logger);
    events = new SuiteEvents();
    clock = new HandClock();
    new SuiteLog(events, clock);
  });

  afterEach(() => {
    Logger.overrideLogger(false);
  });

  it('writes a line for every change of availability', () => {
    events.emit('connection:availability', { connection: 'cache', state: 'down', previous: 'ready' });
    events.emit('connection:availability', { connection: 'cache', state: 'ready', previous: 'down' });
    expect(lines).toEqual([
      "warn Redis connection 'cache' is down; calls fail at once until it answers again.",
      "log Redis connection 'cache' is ready again.",
    ]);
  });

  it('writes each kind of error once per connection and outage', () => {
    const refuse = (connection: string) =>
      events.emit('connection:error', { connection, message: 'ECONNREFUSED' });
    for (let attempt = 0; attempt < 5; attempt++) refuse('cache');
    refuse('state');
    events.emit('connection:error', { connection: 'cache', message: 'ETIMEDOUT' });
    events.emit('connection:connected', { connection: 'cache' });
    refuse('cache');
    expect(lines.map((line) => line.replace('warn Redis connection ', ''))).toEqual([
      "'cache' met an error: ECONNREFUSED",
      "'state' met an error: ECONNREFUSED",
      "'cache' met an error: ETIMEDOUT",
      "'cache' met an error: ECONNREFUSED",
    ]);
  });

  const refuse = (command: string, replyCode: string, connection = 'state') =>
    events.emit('connection:refusal', { connection, command, replyCode });

  it('writes what a server refuses once for each command', () => {
    for (let call = 0; call < 5; call++) refuse('SET', 'NOPERM');
    refuse('GET', 'NOPERM');
    refuse('SET', 'WRONGTYPE');
    expect(lines).toEqual([
      "warn Redis connection 'state' refused SET: NOPERM",
      "warn Redis connection 'state' refused GET: NOPERM",
      "warn Redis connection 'state' refused SET: WRONGTYPE",
    ]);
  });

  it('writes what is wrong with a server once, whichever commands meet it', () => {
    for (const command of ['SET', 'acquire-n', 'PING']) refuse(command, 'OOM');
    refuse('SET', 'READONLY');
    refuse('SET', 'OOM', 'cache');
    expect(lines).toEqual([
      "warn Redis connection 'state' refused SET: OOM",
      "warn Redis connection 'state' refused SET: READONLY",
      "warn Redis connection 'cache' refused SET: OOM",
    ]);
  });

  it('writes a refusal anew when there was none for a minute, not when the connection was made anew', async () => {
    for (let second = 0; second < 300; second++) {
      refuse('SET', 'OOM');
      events.emit('connection:connected', { connection: 'state' });
      await clock.move(1_000);
    }
    expect(lines).toHaveLength(1);
    await clock.move(59_000);
    refuse('SET', 'OOM');
    expect(lines).toHaveLength(2);
  });

  it('writes what could be told to nobody else', () => {
    events.emit('suite:error', { where: 'a renewal', error: new Error('lost') });
    expect(lines).toEqual(['error a renewal: lost']);
  });
});
