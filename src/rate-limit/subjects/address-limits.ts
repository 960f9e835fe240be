import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { DecoratedProviders } from '../../connection/decorated-providers.js';
import { BoundRules } from '../calls/bound-rules.js';
import { isHandler } from '../calls/handler-metadata.js';
import type { RateLimitMetadata } from '../policies/rate-limit-entry.js';
import { RATE_LIMIT_METADATA } from '../rate-limit.constants.js';
import { isSeveral } from './subject-kind.js';

/**
 * Knows whether an application limits anything by address.
 *
 * @internal
 */
@Injectable()
export class AddressLimits {
  constructor(
    private readonly decorated: DecoratedProviders,
    private readonly rules: BoundRules,
  ) {}

  /** Looks through the handlers of the assembled application, whose policies are known to be known. */
  exist(): boolean {
    const { default: everywhere } = this.rules;
    if (everywhere !== undefined && byAddress(everywhere.key)) return true;
    for (const type of this.decorated.scanned()) {
      const handlers = [...this.decorated.scannedMethods(type)].filter(isHandler);
      if ([...(handlers.length > 0 ? [type] : []), ...handlers].some((element) => this.#isLimited(element)))
        return true;
    }
    return false;
  }

  #isLimited(element: object): boolean {
    const metadata = Reflect.getMetadata(RATE_LIMIT_METADATA, element) as RateLimitMetadata | undefined;
    return metadata?.entries.some((entry) => this.rules.of(entry).some(({ key }) => byAddress(key))) === true;
  }
}

function byAddress(key: Parameters<typeof isSeveral>[0]): boolean {
  return isSeveral(key) ? key.includes('ip') : key === undefined || key === 'ip';
}
