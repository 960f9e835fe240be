import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { DecoratedProviders } from '../../connection/decorated-providers.js';
import { RateLimitPolicies } from '../policies/rate-limit-policies.js';
import { RATE_LIMIT_METADATA } from '../rate-limit.constants.js';

/**
 * Knows whether an application limits anything at all.
 *
 * @internal
 */
@Injectable()
export class LimitUses {
  constructor(
    private readonly decorated: DecoratedProviders,
    private readonly policies: RateLimitPolicies,
  ) {}

  /** Looks at the policies, then through the classes of the assembled application. */
  exist(): boolean {
    if (this.policies.default !== undefined || this.policies.names.length > 0) return true;
    for (const type of this.decorated.scanned()) {
      const elements = [type, ...this.decorated.scannedMethods(type)];
      if (elements.some((element) => Reflect.hasMetadata(RATE_LIMIT_METADATA, element))) return true;
    }
    return false;
  }
}
