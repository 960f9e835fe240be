import { toMs } from '../common/duration.js';
import type {
  RateLimitAlgorithm,
  RateLimitCost,
  RateLimitKey,
  RateLimitOnRedisDown,
  RateLimitPolicy,
  RateLimitRule,
} from './rate-limit.options.js';

/** Is a policy ready for use. @internal */
export interface ResolvedPolicy {
  /** Is the name in keys, decisions and metrics. */
  readonly name: string;
  /** Is the name shown to clients. */
  readonly publicName: string;
  readonly limit: number;
  readonly windowMs: number;
  readonly algorithm: RateLimitAlgorithm;
  /** Is the limit where the policy or its algorithm knows no burst. */
  readonly burst: number;
  /** Is 0 when an excess does not block. */
  readonly blockMs: number;
  readonly onRedisDown: RateLimitOnRedisDown;
}

/** Is a rule ready for use. @internal */
export interface ResolvedRule {
  readonly policy: ResolvedPolicy;
  /** Is undefined where none was given. */
  readonly key: RateLimitKey | undefined;
  readonly cost: RateLimitCost;
}

/**
 * Resolves a policy that has been validated. `fallbackName` is its name in keys when it has none of its own; clients
 * are then shown what it allows, not where in the code it stands.
 *
 * @internal
 */
export function resolvePolicy(raw: RateLimitPolicy, fallbackName?: string): ResolvedPolicy {
  const windowMs = toMs(raw.window, 'window');
  const shown =
    raw.name ?? `${raw.limit}-per-${windowMs % 1_000 === 0 ? `${windowMs / 1_000}s` : `${windowMs}ms`}`;
  return Object.freeze({
    name: raw.name ?? fallbackName ?? shown,
    publicName: shown,
    limit: raw.limit,
    windowMs,
    algorithm: raw.algorithm ?? 'sliding-window',
    burst: raw.burst ?? raw.limit,
    blockMs: raw.block === undefined ? 0 : toMs(raw.block, 'block'),
    onRedisDown: raw.onRedisDown ?? 'memory',
  });
}

/** Resolves a rule that has been validated. @internal */
export function resolveRule(raw: RateLimitRule, fallbackName?: string): ResolvedRule {
  return Object.freeze({ policy: resolvePolicy(raw, fallbackName), key: raw.key, cost: raw.cost ?? 1 });
}
