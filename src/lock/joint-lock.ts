import type { Duration } from '../common/duration.js';
import type { OwnLock } from './lock.js';

/**
 * Is several locks that were acquired together: it is held as long as each of them is.
 *
 * @internal
 */
export class JointLock implements OwnLock {
  readonly fences: ReadonlyMap<string, bigint>;
  #signal: AbortSignal | null = null;
  #released: Promise<boolean> | null = null;

  constructor(private readonly parts: readonly [OwnLock, ...OwnLock[]]) {
    this.fences = new Map(parts.map(({ resource, fence }) => [resource, fence]));
  }

  get resource(): string {
    return this.parts.map(({ resource }) => resource).join(', ');
  }

  get token(): string {
    return this.parts[0].token;
  }

  get fence(): bigint {
    return this.parts.reduce((greatest, { fence }) => (fence > greatest ? fence : greatest), 0n);
  }

  get depth(): number {
    return Math.min(...this.parts.map(({ depth }) => depth));
  }

  get expiresAt(): number {
    return Math.min(...this.parts.map(({ expiresAt }) => expiresAt));
  }

  get signal(): AbortSignal {
    this.#signal ??= AbortSignal.any(this.parts.map(({ signal }) => signal));
    return this.#signal;
  }

  assertHeld(): void {
    for (const part of this.parts) part.assertHeld();
  }

  async extend(ttl?: Duration): Promise<void> {
    await Promise.all(this.parts.map((part) => part.extend(ttl)));
  }

  reenter(isIt: (lock: object) => boolean): OwnLock | null {
    for (const part of this.parts) {
      const entered = part.reenter(isIt);
      if (entered !== null) return entered;
    }
    return null;
  }

  release(): Promise<boolean> {
    this.#released ??= this.#releaseAll();
    return this.#released;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#released !== null) return;
    this.#released = Promise.resolve(false);
    await Promise.all(this.parts.map((part) => part[Symbol.asyncDispose]()));
  }

  /** One that cannot be given back must not keep the others. */
  async #releaseAll(): Promise<boolean> {
    const ends = await Promise.allSettled(this.parts.map((part) => part.release()));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return ends.every((end) => end.status === 'fulfilled' && end.value);
  }
}
