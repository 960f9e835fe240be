import { ForbiddenException, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { AdminRequest } from './admin-request.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses requests that change something and that a page of another site made a browser send. What is not sent by a
 * browser has neither header and is let through.
 *
 * @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 * @internal
 */
@Injectable()
export class SameOriginGuard implements CanActivate {
  /** @throws {ForbiddenException} when the request comes from another origin. */
  canActivate(context: ExecutionContext): boolean {
    const { method, headers } = context.switchToHttp().getRequest<AdminRequest>();
    if (SAFE_METHODS.has(method) || isSameOrigin(headers)) return true;
    throw new ForbiddenException('This request comes from a page of another origin.');
  }
}

/** The browser's own word counts first: behind a proxy the host need not be the one the browser sees. */
function isSameOrigin({ 'sec-fetch-site': site, origin, host }: AdminRequest['headers']): boolean {
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return origin === undefined || hostOf(origin) === host;
}

function hostOf(origin: string | string[]): string | null {
  return typeof origin === 'string' && URL.canParse(origin) ? new URL(origin).host : null;
}
