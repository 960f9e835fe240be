import { toMs } from '../../common/duration.js';
import type {
  RateLimitAlgorithm,
  RateLimitFinder,
  RateLimitOnRedisDown,
  RateLimitPolicy,
} from './rate-limit-policy.options.js';
import type { RateLimitKey } from './rate-limit-use.options.js';
import { keyPartOf } from '../subjects/subject-kind.js';

/** Is what policies have in common, whether their limit is known or found for each subject. @internal */
export interface PolicyFrame {
  /** Is the name in keys, decisions and metrics. */
  readonly name: string;
  /** Is true for a name that was given; one made up from a place in the code is not shown to clients. */
  readonly isNamed: boolean;
  /** Is the last part of the keys: the name, and the kind of subject. */
  readonly keyPart: string;
  readonly windowMs: number;
  readonly algorithm: RateLimitAlgorithm;
  /** Holds how long an excess blocks: the first, the second, and so on; the last goes on. Empty when it does not. */
  readonly blocksMs: readonly number[];
  /** Is for how long after a block it counts when the next is chosen. */
  readonly forgiveMs: number;
  readonly onRedisDown: RateLimitOnRedisDown;
  readonly shadow: boolean;
}

/** Is a policy ready for use. @internal */
export interface ResolvedPolicy extends PolicyFrame {
  /** Is the name shown to clients. */
  readonly publicName: string;
  readonly limit: number;
  /** Is the limit where the policy or its algorithm knows no burst. */
  readonly burst: number;
}

/** Is a policy whose limit a function finds for each subject. @internal */
export interface DynamicPolicy extends PolicyFrame {
  readonly find: RateLimitFinder;
  readonly limitTtlMs: number;
  /** Is undefined where the burst is the limit. */
  readonly burst: number | undefined;
}

/** Is a policy, its limit known or not. @internal */
export type PolicySource = ResolvedPolicy | DynamicPolicy;

/**
 * Resolves a policy that has been validated. `fallbackName` is its name in keys when it has none of its own; clients
 * are then shown what it allows, not where in the code it stands.
 *
 * @internal
 */
export function resolvePolicy(
  raw: RateLimitPolicy & { readonly limit: number },
  fallbackName?: string,
): ResolvedPolicy;
export function resolvePolicy(raw: RateLimitPolicy, fallbackName?: string): PolicySource;
export function resolvePolicy(raw: RateLimitPolicy, fallbackName?: string): PolicySource {
  const windowMs = toMs(raw.window, 'window');
  const { limit } = raw;
  const shown = shownName(typeof limit === 'number' ? limit : 'some', windowMs);
  const name = raw.name ?? fallbackName ?? shown;
  const blocksMs = [raw.block ?? []].flat().map((block) => toMs(block, 'block'));
  const frame: PolicyFrame = {
    name,
    isNamed: raw.name !== undefined,
    keyPart: keyPartOf(name, undefined),
    windowMs,
    algorithm: raw.algorithm ?? 'sliding-window',
    blocksMs,
    forgiveMs: raw.forgive === undefined ? Math.max(0, ...blocksMs) : toMs(raw.forgive, 'forgive'),
    onRedisDown: raw.onRedisDown ?? 'memory',
    shadow: raw.shadow ?? false,
  };
  if (typeof limit === 'number') {
    return Object.freeze({ ...frame, publicName: raw.name ?? shown, limit, burst: raw.burst ?? limit });
  }
  const limitTtlMs = toMs(raw.limitTtl ?? '1m', 'limitTtl');
  return Object.freeze({ ...frame, find: limit, limitTtlMs, burst: raw.burst });
}

/** Tells whether a function finds the limit. @internal */
export function isDynamic(policy: PolicySource): policy is DynamicPolicy {
  return 'find' in policy;
}

/** Makes the policy of one limit. @internal */
export function withLimit(policy: DynamicPolicy, limit: number): ResolvedPolicy {
  const { find: _find, limitTtlMs: _limitTtlMs, burst, ...frame } = policy;
  const publicName = frame.isNamed ? frame.name : shownName(limit, frame.windowMs);
  return Object.freeze({ ...frame, publicName, limit, burst: burst ?? limit });
}

/** Returns a policy that counts the subjects of `key`, apart from those of other kinds. @internal */
export function keyedBy(policy: PolicySource, key: RateLimitKey | undefined): PolicySource {
  const keyPart = keyPartOf(policy.name, key);
  return keyPart === policy.keyPart ? policy : Object.freeze({ ...policy, keyPart });
}

function shownName(limit: number | string, windowMs: number): string {
  return `${limit}-per-${windowMs % 1_000 === 0 ? `${windowMs / 1_000}s` : `${windowMs}ms`}`;
}
