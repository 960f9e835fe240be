import { Injectable } from '@nestjs/common';
import type { EncodedKey } from '../../common/keys/encoded-key.js';
import { escapeSegment } from '../../common/keys/key-encoding.js';
import { digest } from '../../common/keys/key-length.js';
import type { KeySpace } from '../../common/keys/key-space.js';
import { hmacSubject } from '../../common/keys/subject.js';
import { SuiteSettings } from '../../connection/suite-settings.js';
import { RateLimitKeyError } from '../rate-limit.errors.js';
import { isCount, MAX_LIMIT } from '../policies/rate-limit-policy.options.js';
import type { LimitCall, LimitPlan } from '../policies/limit-plan.js';

const MAX_KNOWN = 10_000;
/** Longer subjects are not remembered: clients choose them, and ten thousand long ones would fill the memory. */
const MAX_KNOWN_LENGTH = 256;
const DIGEST_LENGTH = 22;

/** Is whom `RateLimitService` counts: a text, or several that make one subject, as of `key: ['ip', 'user']`. @publicApi */
export type RateLimitSubject = string | readonly string[];

/** Is how a subject is written in its keys. */
interface WrittenSubject {
  /** Is what its keys begin with. */
  readonly head: string;
  readonly hidden: string;
}

/** Makes one subject out of several parts, so that no two lists of parts make the same. @internal */
export function joinSubjects(parts: readonly string[]): string {
  return parts.map(escapeSegment).join(':');
}

/** Answers the subject if it can be counted. @throws {RateLimitKeyError} when it is no text or empty. @internal */
export function checkedSubject(subject: RateLimitSubject): string {
  if (typeof subject === 'string' && subject !== '') return subject;
  const parts: readonly unknown[] = Array.isArray(subject) ? subject : [];
  if (parts.length > 0 && parts.every((part) => typeof part === 'string' && part !== ''))
    return joinSubjects(subject as readonly string[]);
  throw new RateLimitKeyError(
    'The subject of a rate limit must be a text that is not empty, or a list of such.',
  );
}

/** Answers the cost if it can be counted. @throws {RateLimitKeyError} when it is no whole number from 1. @internal */
export function checkedCost(cost: number): number {
  if (isCount(cost)) return cost;
  throw new RateLimitKeyError(`The cost of a call must be a whole number from 1 to ${MAX_LIMIT}.`);
}

/** Returns the subject as a key holds it. @internal */
export function hiddenSubjectOf(key: string): string {
  return key.slice(key.indexOf('{') + 1, key.indexOf('}'));
}

/**
 * Builds the keys of a subject, which never show it: addresses and e-mail addresses are personal data, API keys are
 * secrets. With a secret the subject is HMACed, without one digested.
 *
 * All windows of a subject share a Cluster slot.
 *
 * @internal
 */
@Injectable()
export class SubjectKeys {
  readonly #space: KeySpace;
  readonly #secret: string | undefined;
  /** Keeps how subjects seen lately are written in keys. */
  readonly #known = new Map<string, WrittenSubject>();

  constructor(settings: SuiteSettings) {
    this.#space = settings.keys;
    this.#secret = settings.secrets[0];
  }

  /** Makes the call of a subject on a plan. */
  call(plan: LimitPlan, subject: string, cost: number): LimitCall {
    const { head, hidden } = this.#known.get(subject) ?? this.#write(subject);
    const keys = plan.windows.map(({ policy }) => head + policy.keyPart);
    return { plan, subject, hidden, keys, cost };
  }

  /** Returns the one key of a subject of one policy. */
  key(subject: string, keyPart: string): string {
    return (this.#known.get(subject) ?? this.#write(subject)).head + keyPart;
  }

  #write(subject: string): WrittenSubject {
    const hidden =
      this.#secret === undefined
        ? digest(`ratelimit:${escapeSegment(subject)}`).slice(0, DIGEST_LENGTH)
        : hmacSubject(this.#secret, 'ratelimit', subject);
    const written = { head: this.#space.tagged('ratelimit', hidden as EncodedKey, ''), hidden };
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    if (subject.length <= MAX_KNOWN_LENGTH) this.#known.set(subject, written);
    return written;
  }
}
