import type { Clock } from '../../common/clock.js';
import type { SuiteEvents } from '../../common/events.js';
import { RedisUnavailableError } from '../../connection/connection.errors.js';
import type { RedisGateway } from '../../connection/redis-gateway.js';
import type { ResourceClaim } from '../lease.js';
import { CLAIM_MS } from '../lock.constants.js';
import type { Held, RenewReply } from '../lock-replies.js';
import { LockScripts, type Renewal, type Returned } from '../lock.scripts.js';
import { OwedReturns } from '../owed-returns.js';
import type { GrantGuard } from '../restart-guard.js';
import { vote, type Vote } from './majority.js';

/** Is one of the servers that vote. @internal */
export interface QuorumNode {
  readonly redis: RedisGateway;
  readonly guard: GrantGuard;
}

interface ScriptsDeps {
  /** Is what the channel of every station begins with. */
  readonly channels: string;
  readonly events: SuiteEvents;
  readonly clock: Clock;
}

/** Says what became of a try to win a majority. @internal */
export type QuorumReply =
  | { readonly kind: 'held'; readonly fence: bigint }
  /** Others hold too many of the servers. */
  | { readonly kind: 'busy' }
  /** Too many of the servers did not answer. */
  | { readonly kind: 'unavailable'; readonly error: RedisUnavailableError };

/**
 * Runs the lock scripts on several independent servers: what most of them say holds.
 *
 * @internal
 */
export class QuorumScripts {
  /** Counts the servers that are a majority: two of two or three, three of four or five. */
  readonly quorum: number;
  readonly #nodes: readonly (QuorumNode & { readonly scripts: LockScripts; readonly owed: OwedReturns })[];

  constructor(nodes: readonly QuorumNode[], { channels, events, clock }: ScriptsDeps) {
    this.quorum = Math.floor(nodes.length / 2) + 1;
    this.#nodes = nodes.map((node) => {
      const { redis } = node;
      const giveBack = (claim: Returned) => scripts.release(claim);
      // What a minority has not given back counts against every later majority until its lease ends.
      const owed = new OwedReturns({ redis, events, clock, giveBack });
      const onOwed = (claim: Returned, error: unknown) => owed.owe(claim, error);
      // Nobody listens: a lease that somebody deleted is waited for until it would have ended.
      const scripts = new LockScripts(redis, channels, { countsListeners: 0, onOwed });
      return { ...node, scripts, owed };
    });
  }

  /** Are the names of the connections, for people. */
  get name(): string {
    return this.#nodes.map(({ redis }) => redis.name).join(', ');
  }

  /**
   * Takes a lock on most of the servers, O(1) on each, in two rounds: the second writes the fence, which is the largest
   * that any of them minted, and the whole lease to all that granted. Every later majority shares a server with this one, and mints above it.
   */
  async acquire(claim: ResourceClaim): Promise<QuorumReply> {
    // What the first round leaves behind on a server that cannot be told ends soon by itself.
    const first = { ...claim, ttlMs: Math.min(claim.ttlMs, CLAIM_MS) };
    const answers = this.#nodes.map(({ scripts, guard }) =>
      scripts.acquire(first, 'try', guard.msFor(claim.ttlMs)),
    );
    const granted = await vote(answers, this.quorum, ({ kind }) => kind === 'held');
    if (granted.ayes.length < this.quorum) return this.#refusal(granted);
    const fences = granted.ayes.map(({ answer }) => (answer as Held).fence);
    const fence = fences.reduce((most, each) => (each > most ? each : most));
    return this.#settle(claim, fence, granted.ayes);
  }

  /** Prolongs leases, O(n) on each server. @throws {RedisUnavailableError} when too few answered to know. */
  async renew(renewals: readonly Renewal[], timeoutMs: number): Promise<RenewReply[]> {
    const answers = this.#nodes.map(({ scripts }) => scripts.renew(renewals, timeoutMs));
    const each = renewals.map((_, i) =>
      vote(
        answers.map((answer) => answer.then((replies) => replies[i] ?? 'gone')),
        this.quorum,
        (reply) => reply !== 'gone',
      ),
    );
    return (await Promise.all(each)).map((outcome) => {
      if (outcome.ayes.length >= this.quorum) return 'renewed';
      if (!this.#isRefused(outcome)) throw this.#unavailable(outcome);
      return 'gone';
    });
  }

  /**
   * Gives a lock back on every server, later on one that does not answer now. @returns whether most of them had it.
   * @throws {RedisUnavailableError} when too few answered to know.
   */
  async release(claim: Returned): Promise<boolean> {
    const answers = this.#nodes.map(({ scripts }) => scripts.release(claim));
    const outcome = await vote(answers, this.quorum, (wasHeld) => wasHeld);
    if (outcome.ayes.length >= this.quorum) return true;
    if (!this.#isRefused(outcome)) throw this.#unavailable(outcome);
    return false;
  }

  /** Ends the tries to give back what is still owed. */
  close(): void {
    for (const { owed } of this.#nodes) owed.close();
  }

  async #settle(claim: ResourceClaim, fence: bigint, granted: Vote<unknown>['ayes']): Promise<QuorumReply> {
    const { keys, token, ttlMs, label } = claim;
    const renewal: Renewal = { keys, token, fence, ttlMs, label, since: `${Date.now()} ${label}` };
    const answers = granted.map(async ({ index }) => this.#nodes[index]?.scripts.renew([renewal], ttlMs));
    const settled = await vote(answers, this.quorum, (replies) => replies?.[0] === 'renewed');
    return settled.ayes.length >= this.quorum ? { kind: 'held', fence } : this.#refusal(settled);
  }

  #refusal(outcome: Vote<unknown>): QuorumReply {
    if (this.#isRefused(outcome)) return { kind: 'busy' };
    return { kind: 'unavailable', error: this.#unavailable(outcome) };
  }

  /** Says whether it would not have been won either had everybody answered. */
  #isRefused({ noes }: Vote<unknown>): boolean {
    return this.#nodes.length - noes < this.quorum;
  }

  #unavailable({ errors }: Vote<unknown>): RedisUnavailableError {
    const [cause] = errors;
    const reason = cause instanceof RedisUnavailableError ? cause.reason : 'timeout';
    return new RedisUnavailableError(this.name, reason, { cause });
  }
}
