import type { Cancel, Clock } from '../common/clock.js';
import { toError } from '../common/errors.js';
import type { SuiteEvents } from '../common/events.js';
import { pollPauseMs } from '../connection/polling.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import type { LeaseKeeper } from './lease-keeper.js';
import type { ResourceClaim } from './lease.js';
import type { LockScripts } from './lock.scripts.js';
import type { GrantGuard } from './restart-guard.js';
import { Waiter, type Turn } from './waiter.js';

/** Lets the server end a lease before anybody looks, and lets several processes look one after the other. */
const SLACK_MS = 5;
const SLACK_JITTER_MS = 20;
/** Is how soon to look again when the server did not answer. */
const RETRY_MS = 200;

const NOTHING: Cancel = () => undefined;

interface RoomsDeps {
  readonly redis: RedisGateway;
  readonly scripts: LockScripts;
  readonly guard: GrantGuard;
  readonly keeper: Pick<LeaseKeeper, 'has'>;
  readonly events: SuiteEvents;
  readonly clock: Clock;
}

/** Holds those of this process who wait for one lock, and when to look whether a message was lost. */
interface Room {
  readonly waiters: Set<Waiter>;
  /** Says whether several may hold it, of whom each may be the first to end. */
  readonly isShared: boolean;
  /** Counts the looks since somebody of the room had a turn. */
  looks: number;
  checkAtMs: number;
  timerAtMs: number;
  cancel: Cancel;
}

/**
 * Holds everybody in this process who waits for a lock. Nobody polls: the longest waiting of each room looks only when
 * the holder's lease could have ended without a word. Where no word can come at all, over REST, it looks now and then.
 *
 * @internal
 */
export class WaitRooms {
  readonly #deps: RoomsDeps;
  readonly #rooms = new Map<string, Room>();
  readonly #waiters = new Map<string, Waiter>();

  constructor(deps: RoomsDeps) {
    this.#deps = deps;
  }

  /** Lets somebody in, before the server knows of the claim: its turn may come at once. */
  enter(claim: ResourceClaim): Waiter {
    const waiter = new Waiter(claim);
    const room = this.#rooms.get(claim.keys.lease);
    if (room === undefined) this.#rooms.set(claim.keys.lease, newRoom(waiter));
    else room.waiters.add(waiter);
    this.#waiters.set(claim.token, waiter);
    return waiter;
  }

  /** Lets somebody go, whose wait has ended. */
  leave({ claim }: Waiter): void {
    const waiter = this.#waiters.get(claim.token);
    const room = this.#rooms.get(claim.keys.lease);
    if (waiter === undefined || room === undefined) return;
    this.#waiters.delete(claim.token);
    room.waiters.delete(waiter);
    if (room.waiters.size > 0) return;
    room.cancel();
    this.#rooms.delete(claim.keys.lease);
  }

  /** Tells a waiter that it is its turn. @returns false when there is no such waiter any more. */
  call(token: string, turn: Turn): boolean {
    const waiter = this.#waiters.get(token);
    if (waiter === undefined) return false;
    waiter.called(turn);
    this.expect(waiter.claim.keys.lease, turn.leaseMs);
    return true;
  }

  /** Notes a word of the server: from now on the lock may become free in `freeInMs` without another. */
  expect(lease: string, freeInMs: number): void {
    const room = this.#rooms.get(lease);
    // Of several holders each may be the first to end.
    if (room?.isShared === false) room.checkAtMs = Infinity;
    this.learn(lease, freeInMs);
  }

  /** Notes an answer of the server that says so, and may be older than a word that overtook it: the earlier counts. */
  learn(lease: string, freeInMs: number): void {
    const room = this.#rooms.get(lease);
    if (room === undefined) return;
    const { push } = this.#deps.redis.capabilities;
    const ms = push ? freeInMs : Math.min(freeInMs, pollPauseMs(room.looks++));
    const atMs = this.#deps.clock.monotonic() + ms + SLACK_MS + Math.random() * SLACK_JITTER_MS;
    room.checkAtMs = Math.min(room.checkAtMs, atMs);
    this.#arm(room);
  }

  /** Notes that somebody of the room may have been handed the lock, of which no word may come. */
  lookSoon(lease: string): void {
    if (this.#deps.redis.capabilities.push) return;
    this.#restart(lease);
    this.expect(lease, 0);
  }

  /** Asks the server about everybody, since messages may have been lost. */
  checkAll(): void {
    for (const waiter of this.#waiters.values()) void this.#check(waiter);
  }

  /** Ends every wait. */
  failAll(error: Error): void {
    for (const waiter of this.#waiters.values()) waiter.fail(error);
  }

  /** The timer runs to the earliest moment it was ever told, and on from there: most of the time it is moved back. */
  #arm(room: Room): void {
    if (room.timerAtMs <= room.checkAtMs) return;
    room.cancel();
    room.timerAtMs = room.checkAtMs;
    const delayMs = Math.max(0, room.checkAtMs - this.#deps.clock.monotonic());
    room.cancel = this.#deps.clock.after(delayMs, () => {
      room.timerAtMs = Infinity;
      if (this.#deps.clock.monotonic() < room.checkAtMs) {
        this.#arm(room);
        return;
      }
      room.checkAtMs = Infinity;
      void this.#checkRoom(room);
    });
  }

  #restart(lease: string): void {
    const room = this.#rooms.get(lease);
    if (room !== undefined) room.looks = 0;
  }

  async #checkRoom({ waiters }: Room): Promise<void> {
    const [longestWaiting] = waiters;
    if (longestWaiting === undefined) return;
    const hadLostItsPlace = await this.#check(longestWaiting);
    // So have the others: the whole queue is gone.
    if (hadLostItsPlace)
      for (const waiter of waiters) if (waiter !== longestWaiting) void this.#check(waiter);
  }

  /** Asks the server about one waiter. @returns whether it had to be queued again. */
  async #check(waiter: Waiter): Promise<boolean> {
    const { claim } = waiter;
    const { clock, scripts, guard, events } = this.#deps;
    const sentAtMs = clock.monotonic();
    try {
      const reply = await scripts.acquire(claim, 'rejoin', guard.msFor(claim.ttlMs));
      if (!this.#waiters.has(claim.token)) {
        // Its turn may have come meanwhile, by the channel or in the same breath as this answer: then it is kept a few
        // steps later.
        await new Promise(setImmediate);
        if (!this.#deps.keeper.has(claim.token)) await scripts.release(claim);
      } else if (reply.kind === 'held') {
        waiter.hold({ fence: reply.fence, leaseMs: reply.leaseMs, fromMs: sentAtMs });
        this.#restart(claim.keys.lease);
        this.expect(claim.keys.lease, reply.leaseMs);
      } else {
        waiter.queued({ sentAtMs, serverMs: reply.serverMs });
        this.learn(claim.keys.lease, reply.freeInMs);
        return reply.kind === 'queued';
      }
    } catch (error) {
      events.emit('lock:check-failed', { error: toError(error) });
      this.learn(claim.keys.lease, RETRY_MS);
    }
    return false;
  }
}

function newRoom(waiter: Waiter): Room {
  return {
    waiters: new Set([waiter]),
    isShared: waiter.claim.share !== undefined,
    looks: 0,
    checkAtMs: Infinity,
    timerAtMs: Infinity,
    cancel: NOTHING,
  };
}
