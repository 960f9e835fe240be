import type { SuiteEventMap } from '../common/events.js';
import { LatencyRecorder } from './latency.js';
import type { ConnectionSnapshot } from './redis-snapshot.js';

/** Counts what one connection does. @internal */
export class ConnectionMeter {
  readonly #latency = new LatencyRecorder();
  readonly #commands = new Map<string, { calls: number; failures: number }>();
  #state: ConnectionSnapshot['state'] = 'ready';
  #connects = 0;
  #errors = 0;
  /** Says whether what has ended since the connection last stood was counted. */
  #isCounted = false;

  /** Counts a call that ended; its time only when it was answered, or quick refusals would hide a slow server. */
  onCommand({ command, durationMs, failed }: SuiteEventMap['connection:command']): void {
    let counts = this.#commands.get(command);
    if (counts === undefined) this.#commands.set(command, (counts = { calls: 0, failures: 0 }));
    counts.calls++;
    if (failed) counts.failures++;
    else this.#latency.record(durationMs);
  }

  /** Notes a change of availability. */
  onAvailability({ state }: SuiteEventMap['connection:availability']): void {
    this.#state = state;
  }

  /** Counts a connection that stands. */
  onConnected(): void {
    this.#connects++;
    this.#isCounted = false;
  }

  /** Counts a failed try, or what a connection was lost by. */
  onError(): void {
    this.#errors++;
    this.#isCounted = true;
  }

  /** Counts a lost connection, unless an error has told of it. */
  onClosed(): void {
    if (!this.#isCounted) this.onError();
  }

  /** Returns the counts so far. */
  snapshot(): Omit<ConnectionSnapshot, 'servers' | 'serversProblem'> {
    const commands = [...this.#commands].map(([name, counts]) => [name, { ...counts }] as const);
    const sum = (field: 'calls' | 'failures') =>
      commands.reduce((total, [, counts]) => total + counts[field], 0);
    return {
      state: this.#state,
      calls: sum('calls'),
      failures: sum('failures'),
      latency: this.#latency.summary(),
      commands: Object.fromEntries(commands),
      connectionErrors: this.#errors,
      reconnects: Math.max(0, this.#connects - 1),
    };
  }
}
