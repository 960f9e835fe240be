import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AddressLimits } from './address-limits.js';
import { RATE_LIMIT_MODULE_OPTIONS } from '../rate-limit.constants.js';
import type { ResolvedRateLimitOptions } from '../rate-limit.options.js';

const MEND = "Name your proxies' addresses instead, for example rateLimit.trustedProxies: ['10.0.0.0/8'].";

/**
 * Warns at start-up where the platform's trust-proxy setting makes limits by address useless.
 *
 * @internal
 */
@Injectable()
export class ProxyWarning implements OnApplicationBootstrap {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly limits: AddressLimits,
    @Inject(RATE_LIMIT_MODULE_OPTIONS) private readonly options: ResolvedRateLimitOptions,
  ) {}

  onApplicationBootstrap(): void {
    if (this.options.trustedProxies.length > 0 || !this.limits.exist()) return;
    const problem = problemOf(this.#setting());
    if (problem !== null)
      new Logger('RedisModule').warn(`Rate limits count addresses, but ${problem} ${MEND}`);
  }

  /** Reads what the platform was told: `trust proxy` of Express, or `trustProxy` of Fastify. */
  #setting(): { readonly name: string; readonly value: unknown } | null {
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    const instance = adapter?.getInstance<object>();
    if (adapter === undefined || instance === undefined) return null;
    if (adapter.getType() === 'express') {
      const express = instance as { get(name: string): unknown };
      return { name: "Express has 'trust proxy'", value: express.get('trust proxy') };
    }
    const key = Object.getOwnPropertySymbols(instance).find(
      ({ description }) => description === 'fastify.options',
    );
    const options = key && (instance as Record<symbol, { trustProxy?: unknown } | undefined>)[key];
    return { name: 'Fastify has trustProxy', value: options?.trustProxy };
  }
}

function problemOf(setting: { readonly name: string; readonly value: unknown } | null): string | null {
  if (setting === null) return null;
  const { name, value } = setting;
  if (value === true) return `${name}: true, which believes the address that a client gives itself.`;
  if (typeof value === 'number' && name.startsWith('Fastify'))
    return `${name}: ${value}, which may yield the address of the proxy: one bucket for all behind it.`;
  return null;
}
