import { applyDecorators, UseGuards } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { AuthGuard } from './auth.guard.js';

/** Opens a route to logged-in users only. */
export function LoggedIn(): ClassDecorator & MethodDecorator {
  return applyDecorators(UseGuards(AuthGuard), ApiBearerAuth('user'));
}
