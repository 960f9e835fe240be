import { Injectable, type ExecutionContext } from '@nestjs/common';
import { BoundRules } from './bound-rules.js';
import { LimitAnswers } from '../answers/limit-answers.js';
import { OpenCall, type HandlerEnd } from './open-call.js';
import type { RateLimitEntry } from '../policies/rate-limit-entry.js';
import { RateLimitKeyError } from '../rate-limit.errors.js';
import { RuleRunner } from './rule-runner.js';
import { isByArguments } from '../subjects/subject-kind.js';
import { withoutStack } from '../answers/without-stack.js';
import { excessOf, type Verdict } from '../decisions/verdict.js';

/**
 * Counts calls of service methods.
 *
 * @internal
 */
@Injectable()
export class ServiceLimits {
  constructor(
    private readonly rules: BoundRules,
    private readonly runner: RuleRunner,
    private readonly answers: LimitAnswers,
  ) {}

  /**
   * Makes a call within the rules of its decorator.
   *
   * @throws {RateLimitExceededError} when it exceeds a limit.
   * @throws {RateLimitUnavailableError} when a limit cannot be checked and says `onRedisDown: 'deny'`.
   */
  async run(entry: RateLimitEntry, context: ExecutionContext, proceed: () => unknown): Promise<unknown> {
    const call = new OpenCall();
    await this.#enforce(entry, context, call);
    await call.begin();
    let end: HandlerEnd = {};
    try {
      const result = await proceed();
      end = { result };
      return result;
    } catch (error) {
      end = { error };
      throw error;
    } finally {
      await call.handlerEnded(end);
    }
  }

  async #enforce(entry: RateLimitEntry, context: ExecutionContext, call: OpenCall): Promise<void> {
    const answer = (verdict: Verdict) =>
      verdict.allowed
        ? null
        : (this.answers.ownError(context, verdict) ?? withoutStack(() => excessOf(verdict)));
    try {
      for (const rule of this.rules.of(entry)) {
        if (!isByArguments(rule.key)) throw noKey(entry.label);
        const limited = { context, open: () => call, answer };
        const refusal = await this.runner.run(rule, rule.key, limited);
        if (refusal !== null) throw refusal;
      }
    } catch (error) {
      await call.refused();
      throw error;
    }
  }
}

function noKey(label: string): RateLimitKeyError {
  return new RateLimitKeyError(
    `@RateLimit on ${label} needs a key function, because nothing but the arguments tells who calls a service method.`,
  );
}
