import { Injectable } from '@nestjs/common';
import { BootChecks } from '../../common/boot-checks.js';
import type { OptionProblem } from '../../common/errors.js';
import { SuiteSettings } from '../../connection/suite-settings.js';
import { LimitUses } from './limit-uses.js';

const PROBLEM: OptionProblem = {
  path: 'secret',
  message:
    'is missing, and rate limits are used in production: without it keys hold digests of addresses and users that can ' +
    'be found by guessing; give a random text of 32 characters or more, the same to all instances',
};

/**
 * Finds that limits are used in production without a secret for the keys of their subjects.
 *
 * @internal
 */
@Injectable()
export class SecretBootCheck {
  constructor(checks: BootChecks, uses: LimitUses, settings: SuiteSettings) {
    const isProtected = settings.secrets.length > 0 || process.env['NODE_ENV'] !== 'production';
    checks.add(() => (isProtected || !uses.exist() ? [] : [PROBLEM]));
  }
}
