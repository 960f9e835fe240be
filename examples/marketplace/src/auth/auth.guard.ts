import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import type { MaybeAuthUser } from './auth-user.js';

/** Lets logged-in users in. */
@Injectable()
export class AuthGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.switchToHttp().getRequest<MaybeAuthUser>().user) return true;
    throw new UnauthorizedException(
      'Log in first: POST /api/auth/login, then send the token as a bearer token.',
    );
  }
}
