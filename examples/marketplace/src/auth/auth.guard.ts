import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import type { Request } from 'express';
import type { AuthUser } from './auth-user.js';
import { readAuthorization } from './authorization.js';
import { TokenService } from './token.service.js';

/** Lets logged-in users in and leaves the user in `req.user`. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(private readonly tokens: TokenService) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request & { user?: AuthUser }>();
    const user = this.tokens.read(readAuthorization(request, 'Bearer') ?? '');
    if (!user)
      throw new UnauthorizedException(
        'Log in first: POST /api/auth/login, then send the token as a bearer token.',
      );
    request.user = user;
    return true;
  }
}
