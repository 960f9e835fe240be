import type { CanActivate, ExecutionContext, ModuleMetadata, Type } from '@nestjs/common';
import { InvalidOptionsError, type OptionProblem } from '../common/errors.js';
import { AnyValue, findProblems } from '../common/option-validation.js';
import { IsCallable, IsFlag, IsText, rule } from '../common/option-rules.js';

/** Names what a caller of the admin routes wants to do. @publicApi */
export type AdminAction =
  'health:read' | 'metrics:read' | 'cache:read' | 'cache:flush' | 'locks:read' | 'rate-limits:read';

/**
 * Decides, after the guards, whether a caller may do something: `true` allows, a text allows and names the caller in
 * the audit, anything else, the empty text included, refuses with 403.
 *
 * @publicApi
 */
export type AdminAuthorize = (
  context: ExecutionContext,
  action: AdminAction,
) => boolean | string | Promise<boolean | string>;

/** Is a guard of the application: its class, which Nest builds, or an instance. @publicApi */
export type AdminGuard = Type<CanActivate> | CanActivate;

/** Configures the admin routes. @publicApi */
export class RedisAdminOptions {
  /** Is where the routes are, below the application's global prefix. @default 'admin/redis' */
  @IsText(/^\/?[\w.-]+(\/[\w.-]+)*$/, "a path such as 'admin/redis'")
  path?: string;

  /** Lists the guards that let operators in, in their order. */
  @rule({
    name: 'isGuardList',
    mustBe: 'a list of guards, classes or instances',
    accepts: (value) => Array.isArray(value) && value.every(isGuard),
  })
  guards?: readonly AdminGuard[];

  /** Allows single actions to single callers. @default all of them to whom the guards let in */
  @IsCallable()
  authorize?: AdminAuthorize;

  /** Serves the routes without any guard, for a network that nobody else reaches. @default false */
  @IsFlag()
  allowUnauthenticated?: boolean;

  /** Lists the modules whose providers the guards need. @default [] */
  @AnyValue()
  imports?: ModuleMetadata['imports'];
}

/** Holds the admin options with defaults applied. @internal */
export interface ResolvedAdminOptions {
  readonly path: string;
  readonly guards: readonly AdminGuard[];
  readonly authorize: AdminAuthorize;
}

/**
 * Checks the options and applies the defaults.
 *
 * @throws {InvalidOptionsError} when an option is bad, or the routes would be open by oversight.
 * @internal
 */
export function resolveAdminOptions(raw: RedisAdminOptions = {}): ResolvedAdminOptions {
  const problems = [...findProblems(RedisAdminOptions, raw, ''), ...opennessProblems(raw)];
  if (problems.length > 0) throw new InvalidOptionsError('RedisAdminModule', problems);
  return {
    path: raw.path ?? 'admin/redis',
    guards: raw.guards ?? [],
    authorize: raw.authorize ?? (() => true),
  };
}

function opennessProblems({ guards = [], allowUnauthenticated = false }: RedisAdminOptions): OptionProblem[] {
  if (guards.length > 0 || allowUnauthenticated) return [];
  const mend = 'list the guards that let only operators in, or set allowUnauthenticated: true';
  return [{ path: 'guards', message: `names no guard, so anybody could empty the cache; ${mend}` }];
}

function isGuard(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return typeof value === 'object' && value !== null && 'canActivate' in value;
}
