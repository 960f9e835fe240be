import { Injectable } from '@nestjs/common';
import { CacheService } from '../cache/cache.service.js';
import { AdminAudit } from './admin-audit.js';
import { Confirmations } from './confirmations.js';
import { withFamily, withoutFamily } from './flush-pattern.js';

const SAMPLE_SIZE = 10;

/** Is what a flush would remove. @publicApi */
export interface FlushPlan {
  readonly dryRun: true;
  /** Counts the entries that match. */
  readonly count: number;
  /** Shows ten of their keys at most. */
  readonly sample: readonly string[];
  /** Confirms this flush, and no other, within two minutes. */
  readonly confirm: string;
}

/** Is what a flush removed. @publicApi */
export interface FlushResult {
  readonly dryRun: false;
  readonly count: number;
}

/**
 * Removes entries of the cache by pattern, in two steps: a dry run, then its confirmation.
 *
 * @internal
 */
@Injectable()
export class CacheFlush {
  constructor(
    private readonly cache: CacheService,
    private readonly confirmations: Confirmations,
    private readonly audit: AdminAudit,
  ) {}

  /** Counts what a pattern matches and removes nothing. SCAN, O(keys in Redis). */
  async plan(pattern: string): Promise<FlushPlan> {
    const { count, sample } = await this.cache.survey(withoutFamily(pattern), SAMPLE_SIZE);
    return {
      dryRun: true,
      count,
      sample: sample.map(withFamily),
      confirm: this.confirmations.issue(pattern),
    };
  }

  /** Returns the pattern that a token confirms. @returns null when it confirms none, or not any more. */
  confirmed(token: string): string | null {
    return this.confirmations.redeem(token);
  }

  /**
   * Removes what a pattern matches, for the record of `actor`. SCAN and UNLINK, O(keys in Redis).
   *
   * @throws {CacheUnavailableError} when Redis is away; some may be removed then.
   */
  async execute(pattern: string, actor: string | null): Promise<FlushResult> {
    const change = { action: 'cache:flush', target: pattern, actor };
    const count = await this.audit.record(change, () => this.cache.deletePattern(withoutFamily(pattern)));
    return { dryRun: false, count };
  }
}
