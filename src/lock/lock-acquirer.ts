import { onAbort } from '../common/abort-listeners.js';
import type { Clock } from '../common/clock.js';
import { toError } from '../common/errors.js';
import type { SuiteEvents } from '../common/events.js';
import { RedisUnavailableError } from '../connection/connection.errors.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { safeEnd, type Grant, type ResourceClaim } from './lease.js';
import { LockTimeoutError } from './lock.errors.js';
import type { Held } from './lock-replies.js';
import type { LockScripts, Returned } from './lock.scripts.js';
import type { GrantGuard } from './restart-guard.js';
import type { WaitRooms } from './wait-rooms.js';
import type { Waiter } from './waiter.js';

interface AcquirerDeps {
  readonly redis: RedisGateway;
  readonly scripts: LockScripts;
  readonly rooms: WaitRooms;
  readonly guard: GrantGuard;
  readonly events: SuiteEvents;
  readonly clock: Clock;
}

/** Is a claim without the token, which each try gets anew. @internal */
export type Wish = Omit<ResourceClaim, 'token'>;

/** Says for how long to wait for a lock. @internal */
export interface Patience {
  /** Is 0 when not to wait. */
  readonly waitMs: number;
  /** Is when the wait ends, on the monotonic clock; `waitMs` from now if it is left out. */
  readonly untilMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Tries {
  readonly newToken: () => string;
  /** Is when the wait ends, on the monotonic clock. */
  readonly untilMs: number;
}

/** Is a claim that holds its lock. @internal */
export interface Acquired {
  readonly claim: ResourceClaim;
  readonly grant: Grant;
  /** Says whether somebody else held it first. */
  readonly queued: boolean;
}

/**
 * Acquires locks: takes what is free, waits in the queue for what is not, and hands out no lease that has ended on
 * its way.
 *
 * @internal
 */
export class LockAcquirer {
  readonly #deps: AcquirerDeps;

  constructor(deps: AcquirerDeps) {
    this.#deps = deps;
  }

  /**
   * Acquires a lock, with claims named by `newToken`, and tells by an event what became of it.
   *
   * @returns null when it is held and not to be waited for.
   * @throws {LockTimeoutError} when it did not become free in time.
   * @throws {RedisUnavailableError} when the server cannot be reached, or answers after the lease has ended.
   */
  async acquire(wish: Wish, patience: Patience, newToken: () => string): Promise<Acquired | null> {
    const { clock, events } = this.#deps;
    const startedAtMs = clock.monotonic();
    const untilMs = patience.untilMs ?? startedAtMs + patience.waitMs;
    try {
      const acquired = await this.#acquire(wish, patience, { newToken, untilMs });
      const waitedMs = clock.monotonic() - startedAtMs;
      if (acquired === null) events.emit('lock:missed', { waitedMs, outcome: 'busy' });
      else events.emit('lock:acquired', { waitedMs, queued: acquired.queued });
      return acquired;
    } catch (error) {
      const waitedMs = clock.monotonic() - startedAtMs;
      if (error instanceof LockTimeoutError) events.emit('lock:missed', { waitedMs, outcome: 'timeout' });
      throw error;
    }
  }

  /**
   * Acquires several locks in one step, whose keys one command may name.
   *
   * @returns null when one of them is held; then none is acquired.
   * @throws {RedisUnavailableError} when the server cannot be reached, or answers after the lease has ended.
   */
  async tryTogether(wishes: readonly Wish[], newToken: () => string): Promise<Acquired[] | null> {
    const { clock, scripts, guard, redis } = this.#deps;
    const claims = wishes.map((wish) => claimOf(wish, newToken()));
    const [first, ...others] = claims;
    if (first === undefined) return [];
    const fromMs = clock.monotonic();
    try {
      const held = await scripts.acquireMany([first, ...others], guard.msFor(first.ttlMs));
      if (held === null) return null;
      const grant = { ...held, fromMs };
      if (clock.monotonic() >= safeEnd(grant)) throw new RedisUnavailableError(redis.name, 'timeout');
      return claims.map((claim) => ({ claim, grant, queued: false }));
    } catch (error) {
      for (const claim of claims) this.giveUp(claim);
      throw error;
    }
  }

  /** Gives back whatever the server has of a claim, without waiting for it. */
  giveUp(claim: Returned): void {
    this.#deps.scripts.release(claim).catch((error: unknown) => {
      this.#deps.events.emit('lock:release-failed', { error: toError(error) });
    });
  }

  async #acquire(wish: Wish, patience: Patience, { newToken, untilMs }: Tries): Promise<Acquired | null> {
    const { clock, redis } = this.#deps;
    let queued = false;
    do {
      const claim = claimOf(wish, newToken());
      const found = await this.#ask(claim, patience, untilMs);
      if (found === null) return null;
      queued ||= found.queued;
      if (clock.monotonic() < safeEnd(found.grant))
        return queued === found.queued ? found : { ...found, queued };
      this.giveUp(claim);
    } while (clock.monotonic() < untilMs);
    throw new RedisUnavailableError(redis.name, 'timeout');
  }

  async #ask(claim: ResourceClaim, patience: Patience, untilMs: number): Promise<Acquired | null> {
    const { clock, scripts, guard, rooms } = this.#deps;
    const waits = patience.waitMs > 0;
    // Known here before it is known there: the word that it is our turn may overtake the answer.
    const waiter = waits ? rooms.enter(claim) : null;
    const sentAtMs = clock.monotonic();
    try {
      const reply = await scripts.acquire(claim, waits ? 'join' : 'try', guard.msFor(claim.ttlMs));
      if (reply.kind === 'held') return { claim, grant: grantOf(reply, sentAtMs), queued: false };
      if (waiter === null) return null;
      waiter.queued({ sentAtMs, serverMs: reply.serverMs });
      rooms.learn(claim.keys.lease, reply.freeInMs);
      return { claim, grant: await this.#turnOf(waiter, patience, untilMs), queued: true };
    } catch (error) {
      // Without an answer the server may have done it all the same.
      this.giveUp(claim);
      throw error;
    } finally {
      if (waiter !== null) rooms.leave(waiter);
    }
  }

  async #turnOf(waiter: Waiter, { waitMs, signal }: Patience, untilMs: number): Promise<Grant> {
    const { clock, redis } = this.#deps;
    const cancelWait = clock.after(Math.max(0, untilMs - clock.monotonic()), () => {
      const isAway = redis.availability.state === 'down';
      const error = new LockTimeoutError(waiter.claim.resource, waitMs);
      waiter.fail(isAway ? new RedisUnavailableError(redis.name, 'timeout', { cause: error }) : error);
    });
    const ignoreAbort = signal && onAbort(signal, () => waiter.fail(signal.reason));
    try {
      return await waiter.turn;
    } finally {
      cancelWait();
      ignoreAbort?.();
    }
  }
}

function grantOf({ fence, leaseMs }: Held, fromMs: number): Grant {
  return { fence, leaseMs, fromMs };
}

/** Names every field: it is made for each lock, and a spread takes a microsecond, twenty times as long. */
function claimOf(wish: Wish, token: string): ResourceClaim {
  const { keys, label, ttlMs, firstMs, share, resource, renew, atLeastMs, atMostMs, blockedMs } = wish;
  return { token, keys, label, ttlMs, firstMs, share, resource, renew, atLeastMs, atMostMs, blockedMs };
}
