import type { Clock } from '../../common/clock.js';

/** Are the places in the memory of a slot, which the program of the thread knows by the same numbers. @internal */
export const SLOT = { renewedUs: 0, dueUs: 1, threadUs: 2, state: 3, sending: 4 } as const;

/** Are the states of a slot. @internal */
export const STATE = { held: 0n, gone: 1n, letGo: 2n } as const;

/** Is when something is due that never is. */
const NEVER_US = 2n ** 62n;

/** Returns the microseconds of the machine's monotonic clock, which all threads share. @internal */
export function machineUs(): bigint {
  return process.hrtime.bigint() / 1_000n;
}

/**
 * Is what two threads know of one lease, in memory that both have: so the main thread sees what became of it in the
 * moment in which it wakes up, before any message arrives.
 *
 * @internal
 */
export class LeaseSlot {
  readonly memory = new SharedArrayBuffer(Object.keys(SLOT).length * BigInt64Array.BYTES_PER_ELEMENT);
  readonly #words = new BigInt64Array(this.memory);
  /** Is what the machine's clock is ahead of ours. */
  readonly #aheadUs: number;

  constructor(clock: Clock) {
    // In this order what the thread did seems to be earlier than it was, which is the safe side.
    const ownMs = clock.monotonic();
    this.#aheadUs = Number(machineUs()) - ownMs * 1_000;
  }

  /** Is when the thread last prolonged the lease, on our clock; -Infinity when it never did. */
  get threadMs(): number {
    const us = Atomics.load(this.#words, SLOT.threadUs);
    return us === 0n ? -Infinity : (Number(us) - this.#aheadUs) / 1_000;
  }

  /** Says whether the thread heard that the lease is somebody else's, or nobody's. */
  get isGone(): boolean {
    return Atomics.load(this.#words, SLOT.state) === STATE.gone;
  }

  /** Notes what this thread did: the lease counts from `sentAtMs`, and the other thread is to prolong it from `dueMs` on. */
  note(sentAtMs: number, dueMs: number): void {
    Atomics.store(this.#words, SLOT.dueUs, this.toUs(dueMs));
    Atomics.store(this.#words, SLOT.renewedUs, this.toUs(sentAtMs));
  }

  /** Says whether a renewal of the thread is on its way. */
  get isSending(): boolean {
    return Atomics.load(this.#words, SLOT.sending) === 1n;
  }

  /** Takes the lease from the thread: it sends nothing more for it. */
  letGo(): void {
    Atomics.store(this.#words, SLOT.state, STATE.letGo);
  }

  /** Returns a moment of our clock in microseconds of the machine's. */
  toUs(ms: number): bigint {
    return ms === Infinity ? NEVER_US : BigInt(Math.floor(ms * 1_000 + this.#aheadUs));
  }
}
