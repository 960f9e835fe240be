import { toMs } from '../../common/duration.js';
import type { ConcurrencyPolicy } from './concurrency.options.js';
import type { ResolvedPolicy } from './rate-limit-policy.js';
import type { RateLimitKey } from './rate-limit-use.options.js';
import { keyPartOf } from '../subjects/subject-kind.js';

/** Is a policy of calls in flight, ready for use. Its window is the moment. @internal */
export interface PermitPolicy extends ResolvedPolicy {
  readonly leaseMs: number;
}

/** Resolves a policy that has been validated, to count the subjects of `key`. @internal */
export function resolvePermitPolicy(
  raw: ConcurrencyPolicy,
  { fallbackName, key }: { fallbackName?: string | undefined; key?: RateLimitKey | undefined } = {},
): PermitPolicy {
  const shown = raw.name ?? `${raw.concurrency}-at-once`;
  const name = raw.name ?? fallbackName ?? shown;
  return Object.freeze({
    name,
    isNamed: raw.name !== undefined,
    publicName: shown,
    keyPart: permitKeyPart(name, key),
    limit: raw.concurrency,
    burst: raw.concurrency,
    windowMs: 0,
    algorithm: 'fixed-window',
    blocksMs: [],
    forgiveMs: 0,
    leaseMs: toMs(raw.lease ?? '30s', 'lease'),
    onRedisDown: raw.onRedisDown ?? 'memory',
    shadow: raw.shadow ?? false,
  });
}

/** Tells whether a policy limits calls in flight. @internal */
export function isPermitPolicy(policy: object): policy is PermitPolicy {
  return 'leaseMs' in policy;
}

/** Returns a policy that counts the subjects of `key`. @internal */
export function permitKeyedBy(policy: PermitPolicy, key: RateLimitKey | undefined): PermitPolicy {
  return Object.freeze({ ...policy, keyPart: permitKeyPart(policy.name, key) });
}

function permitKeyPart(name: string, key: RateLimitKey | undefined): string {
  return `${keyPartOf(name, key)}:permits`;
}
