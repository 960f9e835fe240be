import { Injectable } from '@nestjs/common';
import { SuiteEvents } from '../common/events.js';
import { LatencyRecorder } from './latency.js';
import type { LockCounts } from './redis-snapshot.js';

/**
 * Counts what this process does with locks, permits and sides of read-write locks, from the library's events.
 *
 * @internal
 */
@Injectable()
export class LockMeter {
  readonly #counts = { acquired: 0, queued: 0, busy: 0, timedOut: 0, lost: 0, skipped: 0, forced: 0 };
  /** Are made when first needed: most of what they cost is memory. */
  #wait: LatencyRecorder | null = null;
  #hold: LatencyRecorder | null = null;

  constructor(events: SuiteEvents) {
    const counts = this.#counts;
    events.on('lock:acquired', ({ waitedMs, queued }) => {
      counts.acquired++;
      if (queued) counts.queued++;
      (this.#wait ??= new LatencyRecorder()).record(waitedMs);
    });
    events.on('lock:released', ({ heldMs }) => (this.#hold ??= new LatencyRecorder()).record(heldMs));
    events.on('lock:lost', () => counts.lost++);
    events.on('lock:missed', ({ outcome }) => counts[outcome === 'busy' ? 'busy' : 'timedOut']++);
    events.on('lock:skipped', () => counts.skipped++);
    events.on('lock:forced', () => counts.forced++);
  }

  /** Returns the counts so far. */
  snapshot(): LockCounts {
    const [wait, hold] = [this.#wait?.summary() ?? null, this.#hold?.summary() ?? null];
    return { ...this.#counts, wait, hold };
  }
}
