import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { BootChecks } from '../common/boot-checks.js';
import type { OptionProblem } from '../common/errors.js';
import { DecoratedProviders } from '../connection/decorated-providers.js';
import { SuiteSettings } from '../connection/suite-settings.js';
import { RATE_LIMIT_METADATA } from './rate-limit.constants.js';

const PROBLEM: OptionProblem = {
  path: 'secret',
  message:
    'is missing, and @RateLimit is used in production: without it keys hold digests of addresses and users that can be ' +
    'found by guessing; give a random text of 32 characters or more, the same to all instances',
};

/**
 * Finds that limits are used in production without a secret for the keys of their subjects.
 *
 * @internal
 */
@Injectable()
export class SecretBootCheck {
  constructor(
    checks: BootChecks,
    private readonly decorated: DecoratedProviders,
    settings: SuiteSettings,
  ) {
    const isProtected = settings.secrets.length > 0 || process.env['NODE_ENV'] !== 'production';
    checks.add(() => (isProtected || !this.#isUsed() ? [] : [PROBLEM]));
  }

  #isUsed(): boolean {
    for (const type of this.decorated.scanned()) {
      const elements = [type, ...this.decorated.scannedMethods(type)];
      if (elements.some((element) => Reflect.hasMetadata(RATE_LIMIT_METADATA, element))) return true;
    }
    return false;
  }
}
