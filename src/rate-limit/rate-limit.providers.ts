import type { Provider } from '@nestjs/common';
import { AddressLimits } from './subjects/address-limits.js';
import { BoundRules } from './calls/bound-rules.js';
import { CallCounter } from './calls/call-counter.js';
import { DecisionDeadline } from './decisions/decision-deadline.js';
import { Denials } from './decisions/denials.js';
import { DynamicLimits } from './policies/dynamic-limits.js';
import { FieldGuardBootCheck } from './calls/field-guard.boot-check.js';
import { HandlerLimits } from './calls/handler-limits.js';
import { HandlerRules } from './calls/handler-rules.js';
import { InterceptorPlacement } from './calls/interceptor-placement.js';
import { LimitAnswers } from './answers/limit-answers.js';
import { LimitCalls } from './decisions/limit-calls.js';
import { Limiter } from './decisions/limiter.js';
import { LimitUses } from './calls/limit-uses.js';
import { MemoryLimits } from './decisions/memory-limits.js';
import { PermitLeases } from './permits/permit-leases.js';
import { PermitStore } from './permits/permit-store.js';
import { Permits } from './permits/permits.js';
import { ProxyWarning } from './subjects/proxy-warning.js';
import { RateLimitOffenders } from './rate-limit-offenders.js';
import { RateLimitPolicies } from './policies/rate-limit-policies.js';
import { RateLimitBootCheck } from './calls/rate-limit.boot-check.js';
import { RATE_LIMIT_OVERRIDES } from './rate-limit.constants.js';
import { RateLimitGuard } from './calls/rate-limit.guard.js';
import { RateLimitService } from './rate-limit.service.js';
import { RedisLimits } from './decisions/redis-limits.js';
import { ReleaseChannel } from './decisions/release-channel.js';
import { RuleRunner } from './calls/rule-runner.js';
import { SecretBootCheck } from './calls/secret.boot-check.js';
import { ServiceLimits } from './calls/service-limits.js';
import { Settlement } from './calls/settlement.js';
import { SharedLimits } from './decisions/shared-limits.js';
import { SubjectFinder } from './subjects/subject-finder.js';
import { SubjectKeys } from './subjects/subject-keys.js';

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
