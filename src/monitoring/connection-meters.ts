import { Injectable } from '@nestjs/common';
import { SuiteEvents } from '../common/events.js';
import { ConnectionMeter } from './connection-meter.js';

/**
 * Counts what every connection does, from the library's events. It needs nothing else, so that it is there before the
 * first connection is opened.
 *
 * @internal
 */
@Injectable()
export class ConnectionMeters {
  readonly #meters = new Map<string, ConnectionMeter>();

  constructor(events: SuiteEvents) {
    events.on('connection:command', (call) => this.of(call.connection).onCommand(call));
    events.on('connection:availability', (change) => this.of(change.connection).onAvailability(change));
    events.on('connection:connected', ({ connection }) => this.of(connection).onConnected());
    events.on('connection:error', ({ connection }) => this.of(connection).onError());
    events.on('connection:closed', ({ connection }) => this.of(connection).onClosed());
  }

  /** Returns the meter of a connection. */
  of(connection: string): ConnectionMeter {
    let meter = this.#meters.get(connection);
    if (meter === undefined) this.#meters.set(connection, (meter = new ConnectionMeter()));
    return meter;
  }
}
