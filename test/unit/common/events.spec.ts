import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { SuiteEvents } from '../../../src/common/events.js';

const NOTHING = { where: 'here', error: new Error('as told') };

describe('SuiteEvents', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('tells every listener, in the order in which they came', () => {
    const events = new SuiteEvents();
    const told: string[] = [];
    events.on('suite:error', ({ where }) => told.push(`first ${where}`));
    events.on('suite:error', ({ where }) => told.push(`second ${where}`));
    events.emit('suite:error', NOTHING);
    expect(told).toEqual(['first here', 'second here']);
  });

  it('stops telling one listener only', () => {
    const events = new SuiteEvents();
    const [staying, leaving] = [jest.fn(), jest.fn()];
    events.on('suite:error', staying);
    const stop = events.on('suite:error', leaving);
    stop();
    stop();
    events.emit('suite:error', NOTHING);
    expect([staying.mock.calls.length, leaving.mock.calls.length]).toEqual([1, 0]);
  });

  it('tells a function that listens twice twice, and once when one of the two has stopped', () => {
    const events = new SuiteEvents();
    const listener = jest.fn();
    events.on('suite:error', listener);
    const stop = events.on('suite:error', listener);
    events.emit('suite:error', NOTHING);
    expect(listener).toHaveBeenCalledTimes(2);
    stop();
    events.emit('suite:error', NOTHING);
    expect(listener).toHaveBeenCalledTimes(3);
  });

  it('lets a listener stop itself and another while being told', () => {
    const events = new SuiteEvents();
    const told: string[] = [];
    const stopFirst = events.on('suite:error', () => {
      told.push('first');
      stopFirst();
      stopSecond();
    });
    const stopSecond = events.on('suite:error', () => told.push('second'));
    events.on('suite:error', () => told.push('third'));
    events.emit('suite:error', NOTHING);
    expect(told).toEqual(['first', 'third']);
  });

  it('knows whether anybody listens', () => {
    const events = new SuiteEvents();
    expect(events.has('suite:error')).toBe(false);
    const stop = events.on('suite:error', () => {});
    expect(events.has('suite:error')).toBe(true);
    stop();
    expect(events.has('suite:error')).toBe(false);
    events.emit('suite:error', NOTHING);
  });

  it('turns what a listener throws into a warning and goes on', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const events = new SuiteEvents();
    const last = jest.fn();
    const broken = new Error('listener');
    events.on('suite:error', () => {
      throw broken;
    });
    events.on('suite:error', () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what a careless listener may do
      throw 'a secret';
    });
    events.on('suite:error', last);
    events.emit('suite:error', NOTHING);
    expect(last).toHaveBeenCalledWith(NOTHING);
    expect(warn.mock.calls).toEqual([[broken], ['a listener of suite:error threw']]);
  });

  it('turns what an asynchronous listener rejects with into a warning', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const events = new SuiteEvents();
    const broken = new Error('listener');
    events.on('suite:error', () => Promise.reject(broken));
    events.emit('suite:error', NOTHING);
    await new Promise(setImmediate);
    expect(warn.mock.calls).toEqual([[broken]]);
  });

  it('keeps applications apart', () => {
    const [one, other] = [new SuiteEvents(), new SuiteEvents()];
    const listener = jest.fn();
    one.on('suite:error', listener);
    other.emit('suite:error', NOTHING);
    expect(listener).not.toHaveBeenCalled();
  });
});
