import { Inject, Injectable } from '@nestjs/common';
import { BootChecks } from '../../common/boot-checks.js';
import type { OptionProblem } from '../../common/errors.js';
import { DecoratedProviders } from '../../connection/decorated-providers.js';
import { CACHE_MODULE_OPTIONS } from '../cache.constants.js';
import type { ResolvedCacheOptions } from '../cache.options.js';
import { CACHED_METADATA, type CachedMethod } from './cached-method.js';
import { NO_ENCRYPTION } from '../entry/entry-options.js';

/**
 * Checks at boot that decorators which ask for encryption can have it.
 *
 * @internal
 */
@Injectable()
export class EncryptionChecks {
  constructor(
    private readonly decorated: DecoratedProviders,
    @Inject(CACHE_MODULE_OPTIONS) { encryptionKeys }: ResolvedCacheOptions,
    checks: BootChecks,
  ) {
    if (encryptionKeys.length === 0) checks.add(() => [...this.#unencrypted()]);
  }

  *#unencrypted(): Iterable<OptionProblem> {
    for (const { type, methodName, metadata } of this.decorated.methods<CachedMethod>(CACHED_METADATA)) {
      if (metadata.storage.encrypt !== true) continue;
      yield { path: `${type.name}.${methodName}: ${NO_ENCRYPTION.path}`, message: NO_ENCRYPTION.message };
    }
  }
}
