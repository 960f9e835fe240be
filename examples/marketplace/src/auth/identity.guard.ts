import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { MaybeAuthUser } from './auth-user.js';
import { readAuthorization } from './authorization.js';
import { TokenService } from './token.service.js';

/** Leaves who calls in `req.user`, ahead of the other guards, and refuses nobody. */
@Injectable()
export class IdentityGuard implements CanActivate {
  constructor(private readonly tokens: TokenService) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request & MaybeAuthUser>();
    const user = this.tokens.read(readAuthorization(request, 'Bearer') ?? '');
    if (user) request.user = user;
    return true;
  }
}
