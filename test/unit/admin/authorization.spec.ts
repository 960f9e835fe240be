import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { actorOf, type AdminRequest } from '../../../src/admin/admin-request.js';
import { AdminRoute } from '../../../src/admin/admin-route.decorator.js';
import type { AdminAuthorize } from '../../../src/admin/admin.options.js';
import { AuthorizationGuard } from '../../../src/admin/authorization.guard.js';

class Routes {
  @AdminRoute('cache:flush')
  flush(): void {}
}

async function ask(authorize: AdminAuthorize, user?: AdminRequest['user']) {
  const request: AdminRequest = { method: 'DELETE', headers: {}, ...(user !== undefined && { user }) };
  const context = {
    getHandler: () => Routes.prototype.flush,
    switchToHttp: () => ({ getRequest: () => request }),
  } as unknown as ExecutionContext;
  const guard = new AuthorizationGuard(new Reflector(), { path: '', guards: [], authorize });
  return { allowed: await guard.canActivate(context), actor: actorOf(request) };
}

describe('AuthorizationGuard', () => {
  it('tells authorize what the route does', async () => {
    const asked: string[] = [];
    await ask((_, action) => {
      asked.push(action);
      return true;
    });
    expect(asked).toEqual(['cache:flush']);
  });

  it.each<[unknown, boolean]>([
    [true, true],
    ['ada', true],
    [false, false],
    ['', false],
    [undefined, false],
    [{}, false],
  ])('takes %j for %j', async (verdict, allowed) => {
    expect((await ask(async () => verdict as boolean)).allowed).toBe(allowed);
  });

  it('knows the caller from authorize, else from the user', async () => {
    expect((await ask(() => 'ada', { id: 7 })).actor).toBe('ada');
    expect((await ask(() => true, { id: 7, sub: 'x' })).actor).toBe('7');
    expect((await ask(() => true, { sub: 'x' })).actor).toBe('x');
    expect((await ask(() => true)).actor).toBeNull();
  });
});
