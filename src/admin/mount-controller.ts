import { Controller, UseFilters, UseGuards, VERSION_NEUTRAL, type Type } from '@nestjs/common';
import { RedisErrorFilter } from '../http/redis-error.filter.js';
import type { ResolvedAdminOptions } from './admin.options.js';
import { AuthorizationGuard } from './authorization.guard.js';
import { SameOriginGuard } from './same-origin.guard.js';

/**
 * Makes a controller class of its own for one mounting of the admin routes: path and guards are metadata of the
 * class, so two applications in one process must not share it.
 *
 * @internal
 */
export function mountController<T extends Type>(routes: T, { path, guards }: ResolvedAdminOptions): T {
  const Mounted = class extends routes {};
  Object.defineProperty(Mounted, 'name', { value: routes.name });
  UseFilters(RedisErrorFilter)(Mounted);
  UseGuards(SameOriginGuard, ...guards, AuthorizationGuard)(Mounted);
  Controller({ path, version: VERSION_NEUTRAL })(Mounted);
  return Mounted;
}
