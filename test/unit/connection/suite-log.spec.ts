import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger, type LoggerService } from '@nestjs/common';
import { SuiteEvents } from '../../../src/common/events.js';
import { SuiteLog } from '../../../src/connection/suite-log.js';

describe('SuiteLog', () => {
  let events: SuiteEvents;
  let lines: string[];

  beforeEach(() => {
    lines = [];
    const write = (level: string) => (line: string) => lines.push(`${level} ${line}`);
    const logger: LoggerService = { log: write('log'), warn: write('warn'), error: write('error') };
    Logger.overrideLogger(logger);
    events = new SuiteEvents();
    new SuiteLog(events);
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

  it('writes what a server refuses once for each command and code', () => {
    const refuse = (command: string, replyCode: string) =>
      events.emit('connection:refusal', { connection: 'state', command, replyCode });
    for (let call = 0; call < 5; call++) refuse('SET', 'OOM');
    refuse('SET', 'MISCONF');
    refuse('acquire-3', 'OOM');
    expect(lines).toEqual([
      "warn Redis connection 'state' refused SET: OOM",
      "warn Redis connection 'state' refused SET: MISCONF",
      "warn Redis connection 'state' refused acquire-3: OOM",
    ]);
  });

  it('writes what could be told to nobody else', () => {
    events.emit('suite:error', { where: 'a renewal', error: new Error('lost') });
    expect(lines).toEqual(['error a renewal: lost']);
  });
});
