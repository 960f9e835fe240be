import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ADMIN_ACTION_METADATA, ADMIN_MODULE_OPTIONS } from './admin.constants.js';
import type { AdminAction, ResolvedAdminOptions } from './admin.options.js';
import { rememberActor, type AdminRequest } from './admin-request.js';

/** Asks `authorize` whether the caller may do what the route does. @internal */
@Injectable()
export class AuthorizationGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(ADMIN_MODULE_OPTIONS) private readonly options: ResolvedAdminOptions,
  ) {}

  /** @returns false, which Nest answers with 403, unless the caller may. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const action = this.reflector.get<AdminAction>(ADMIN_ACTION_METADATA, context.getHandler());
    const verdict = await this.options.authorize(context, action);
    if (typeof verdict !== 'string' || verdict === '') return verdict === true;
    rememberActor(context.switchToHttp().getRequest<AdminRequest>(), verdict);
    return true;
  }
}
