import { applyDecorators, Header, SetMetadata } from '@nestjs/common';
import { ADMIN_ACTION_METADATA } from './admin.constants.js';
import type { AdminAction } from './admin.options.js';

/** Says what a route does, for `authorize`, and keeps its answers out of every cache. @internal */
export function AdminRoute(action: AdminAction): MethodDecorator {
  return applyDecorators(SetMetadata(ADMIN_ACTION_METADATA, action), Header('Cache-Control', 'no-store'));
}
