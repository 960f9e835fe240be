import type { Cancel, Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import { fullJitter } from './backoff.js';

/** Says how a connection's server does: it answers, it answers slowly, or it does not answer. @publicApi */
export type AvailabilityState = 'ready' | 'slow' | 'down';

/** Says when a connection counts as slow or down. @internal */
export interface AvailabilityPolicy {
  /** Counts the failures in a row that open the breaker. */
  readonly failuresToOpen: number;
  /** Is how long a call may take before it counts as slow. */
  readonly slowMs: number;
  /** Counts the slow calls in a row that make it slow, and the quick ones that make it ready again. */
  readonly slowInARow: number;
  /** Caps the pause between probes of a server that is down. */
  readonly probeCapMs: number;
}

/** Are the bounds used for every connection. @internal */
export const AVAILABILITY_POLICY: AvailabilityPolicy = {
  failuresToOpen: 3,
  slowMs: 100,
  slowInARow: 10,
  probeCapMs: 1_000,
};

const PROBE_BASE_MS = 50;

interface AvailabilityDeps {
  readonly connection: string;
  readonly events: SuiteEvents;
  readonly clock: Clock;
  /** Asks the server for a sign of life; rejects when there is none. */
  readonly probe: () => Promise<unknown>;
  /** Is told after every change of state, before anybody else. */
  readonly onChange: () => void;
  readonly policy?: AvailabilityPolicy;
}

/**
 * Knows whether a connection's server answers, from the outcomes of the calls themselves; it is also the circuit
 * breaker: while the state is `down` calls fail at once, and only a probe, with exponential backoff and full jitter,
 * asks the server again.
 *
 * @internal
 */
export class Availability {
  readonly #deps: AvailabilityDeps;
  readonly #policy: AvailabilityPolicy;
  #state: AvailabilityState = 'ready';
  #failures = 0;
  #answeredAtMs = -Infinity;
  #slow = 0;
  #quick = 0;
  #probes = 0;
  #cancelProbe: Cancel | null = null;
  #isProbing = false;
  #closed = false;

  constructor(deps: AvailabilityDeps) {
    this.#deps = deps;
    this.#policy = deps.policy ?? AVAILABILITY_POLICY;
  }

  /** Is the present state. */
  get state(): AvailabilityState {
    return this.#state;
  }

  /** Records a call that the server answered just now, an error reply included. */
  succeeded(durationMs: number): void {
    this.#failures = 0;
    this.#answeredAtMs = this.#deps.clock.monotonic();
    if (durationMs >= this.#policy.slowMs) {
      this.#quick = 0;
      if (++this.#slow >= this.#policy.slowInARow && this.#state === 'ready') this.#become('slow');
      return;
    }
    this.#slow = 0;
    if (this.#state === 'slow' && ++this.#quick >= this.#policy.slowInARow) this.#become('ready');
  }

  /**
   * Records a call without an answer; with the time at which it began, only if nothing was answered since. That is for
   * clusters, of which one node may be away, whose calls all end at one time.
   */
  failed(startedAtMs = Infinity): void {
    if (startedAtMs < this.#answeredAtMs) return;
    if (++this.#failures >= this.#policy.failuresToOpen) this.wentDown();
  }

  /** Opens the breaker at once, for a server that is known to be away. */
  wentDown(): void {
    if (this.#closed || this.#state === 'down') return;
    this.#become('down');
    this.#probes = 0;
    this.#scheduleProbe();
  }

  /** Probes now in place of later, for a connection that has just come back. */
  probeNow(): void {
    if (this.#closed || this.#state !== 'down') return;
    this.#cancelProbe?.();
    this.#probe();
  }

  /** Stops probing for good. */
  close(): void {
    this.#closed = true;
    this.#cancelProbe?.();
  }

  #scheduleProbe(): void {
    const delayMs = fullJitter(this.#probes++, { baseMs: PROBE_BASE_MS, capMs: this.#policy.probeCapMs });
    this.#cancelProbe = this.#deps.clock.after(delayMs, () => this.#probe());
  }

  #probe(): void {
    if (this.#isProbing) return;
    this.#isProbing = true;
    const settle = (next: () => void) => {
      this.#isProbing = false;
      if (!this.#closed) next();
    };
    this.#deps.probe().then(
      () => settle(() => this.#become('ready')),
      () => settle(() => this.#scheduleProbe()),
    );
  }

  #become(state: AvailabilityState): void {
    const previous = this.#state;
    this.#state = state;
    this.#failures = this.#slow = this.#quick = 0;
    this.#deps.onChange();
    this.#deps.events.emit('connection:availability', { connection: this.#deps.connection, state, previous });
  }
}
