import type { Provider } from '@nestjs/common';
import { AddressLimits } from './address-limits.js';
import { BoundRules } from './bound-rules.js';
import { CallCounter } from './call-counter.js';
import { DecisionDeadline } from './decision-deadline.js';
import { Denials } from './denials.js';
import { DynamicLimits } from './dynamic-limits.js';
import { FieldGuardBootCheck } from './field-guard.boot-check.js';
import { HandlerLimits } from './handler-limits.js';
import { HandlerRules } from './handler-rules.js';
import { InterceptorPlacement } from './interceptor-placement.js';
import { LimitAnswers } from './limit-answers.js';
import { LimitCalls } from './limit-calls.js';
import { Limiter } from './limiter.js';
import { LimitUses } from './limit-uses.js';
import { MemoryLimits } from './memory-limits.js';
import { PermitLeases } from './permit-leases.js';
import { PermitStore } from './permit-store.js';
import { Permits } from './permits.js';
import { ProxyWarning } from './proxy-warning.js';
import { RateLimitOffenders } from './rate-limit-offenders.js';
import { RateLimitPolicies } from './rate-limit-policies.js';
import { RateLimitBootCheck } from './rate-limit.boot-check.js';
import { RATE_LIMIT_OVERRIDES } from './rate-limit.constants.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { RateLimitService } from './rate-limit.service.js';
import { RedisLimits } from './redis-limits.js';
import { ReleaseChannel } from './release-channel.js';
import { RuleRunner } from './rule-runner.js';
import { SecretBootCheck } from './secret.boot-check.js';
import { ServiceLimits } from './service-limits.js';
import { Settlement } from './settlement.js';
import { SharedLimits } from './shared-limits.js';
import { SubjectFinder } from './subject-finder.js';
import { SubjectKeys } from './subject-keys.js';

/** Lists the wing's classes. @internal */
export const RATE_LIMIT_PROVIDERS: Provider[] = [
  { provide: RATE_LIMIT_OVERRIDES, useValue: {} },
  AddressLimits,
  BoundRules,
  CallCounter,
  DecisionDeadline,
  Denials,
  DynamicLimits,
  FieldGuardBootCheck,
  HandlerLimits,
  HandlerRules,
  InterceptorPlacement,
  LimitAnswers,
  LimitCalls,
  Limiter,
  LimitUses,
  MemoryLimits,
  PermitLeases,
  Permits,
  PermitStore,
  ProxyWarning,
  RateLimitBootCheck,
  RateLimitGuard,
  RateLimitOffenders,
  RateLimitPolicies,
  RateLimitService,
  RedisLimits,
  ReleaseChannel,
  RuleRunner,
  SecretBootCheck,
  ServiceLimits,
  Settlement,
  SharedLimits,
  SubjectFinder,
  SubjectKeys,
];

/** Lists what applications may inject, and what the guard needs in every module it is brought into. @internal */
export const RATE_LIMIT_EXPORTS = [
  HandlerLimits,
  RateLimitGuard,
  RateLimitOffenders,
  RateLimitPolicies,
  RateLimitService,
];
