import { Injectable } from '@nestjs/common';
import { BootChecks } from '../common/boot-checks.js';
import { DecoratedProviders } from './decorated-providers.js';
import { adoptInstance, SuiteRuntime } from './runtime.js';

/**
 * Readies the assembled application: runs the wings' checks, then reaches the instances that Nest did not build itself.
 *
 * @internal
 */
@Injectable()
export class BootSequence {
  constructor(
    private readonly checks: BootChecks,
    private readonly decorated: DecoratedProviders,
    private readonly runtime: SuiteRuntime,
  ) {}

  /** @throws {InvalidOptionsError} listing everything that the checks found. */
  run(): void {
    this.checks.run();
    for (const instance of this.decorated.instances()) adoptInstance(instance, this.runtime);
  }
}
