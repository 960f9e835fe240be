import { Controller, Get, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { SuiteEvents, type SuiteEventMap } from '../../../src/common/events.js';
import { RateLimit } from '../../../src/rate-limit/calls/rate-limit.decorator.js';
import { RateLimitGuard } from '../../../src/rate-limit/calls/rate-limit.guard.js';
import { RateLimitService } from '../../../src/rate-limit/rate-limit.service.js';
import { PLATFORMS } from '../../support/http-app.js';
import { patientLimits } from '../../support/limits-module.js';
import { useHttpApp } from '../../support/use-http-app.js';

interface TestRequest {
  readonly headers: Record<string, string | undefined>;
  user?: { id?: string };
}

const requestOf = (context: ExecutionContext) => context.switchToHttp().getRequest<TestRequest>();

class HeaderAuth implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = requestOf(context);
    const id = request.headers['x-user'];
    if (id !== undefined) request.user = { id };
    return true;
  }
}

const hour = { window: '1h' } as const;
const planOf = (_: string, context?: ExecutionContext) =>
  context !== undefined && requestOf(context).headers['x-plan'] === 'paid' ? 3 : 1;

@Controller()
class Routes {
  @Get('tenant') @RateLimit({ limit: 1, ...hour, key: { header: 'X-Tenant' } }) tenant() {
    return 'ok';
  }
  @Get('user') @RateLimit('by-user') @UseGuards(HeaderAuth) user() {
    return 'ok';
  }
  @Get('user-override') @RateLimit('by-user', { key: { header: 'x-tenant' } }) userOverride() {
    return 'ok';
  }
  @Get('api-key') @RateLimit({ limit: 1, ...hour, key: 'api-key' }) apiKey() {
    return 'ok';
  }
  @Get('both')
  @RateLimit('both', { key: [{ header: 'x-tenant' }, 'user'] })
  @UseGuards(HeaderAuth)
  both() {
    return 'ok';
  }
  @Get('nobody') @RateLimit({ limit: 1, ...hour, key: () => '' }) nobody() {
    return 'ok';
  }
  @Get('plan')
  @RateLimit([
    { name: 'plan', limit: planOf, ...hour, key: { header: 'x-tenant' } },
    { name: 'ceiling', limit: 100, ...hour, key: { header: 'X-TENANT' } },
  ])
  plan() {
    return 'ok';
  }
  @Get('bad-plan') @RateLimit({ name: 'bad', limit: () => 0, ...hour }) badPlan() {
    return 'ok';
  }
  @Get('watched')
  @RateLimit([
    { name: 'watching', limit: 1, ...hour, shadow: true },
    { name: 'enforced', limit: 5, ...hour },
  ])
  watched() {
    return 'ok';
  }
  @Get('watched-user')
  @RateLimit({ name: 'w2', limit: 1, ...hour, shadow: true, key: 'user' })
  watchedUser() {
    return 'ok';
  }
  @Get('phases')
  @RateLimit([
    { name: 'address', limit: 4, ...hour },
    { name: 'person', limit: 2, ...hour, key: 'user' },
  ])
  @UseGuards(HeaderAuth)
  phases() {
    return 'ok';
  }
}

describe.each(PLATFORMS)('subjects of rate limits on %s', (platform) => {
  const http = useHttpApp({
    platform,
    metadata: (server) => ({
      imports: [
        patientLimits(server, {
          policies: { 'by-user': { limit: 2, ...hour, key: 'user' }, both: { limit: 1, ...hour } },
        }),
      ],
      controllers: [Routes],
      providers: [{ provide: APP_GUARD, useClass: RateLimitGuard }],
    }),
  });

  const statuses = async (path: string, callers: Record<string, string>[]) => {
    const seen = [];
    for (const headers of callers) seen.push((await http.send(path, { headers })).status);
    return seen;
  };

  it('are what a header says', async () => {
    const [acme, other] = [{ 'x-tenant': 'acme' }, { 'x-tenant': 'other' }];
    expect(await statuses('/tenant', [acme, acme, other])).toEqual([200, 429, 200]);
  });

  it('may be several things together', async () => {
    const [ann, bob] = ['ann', 'bob'].map((user) => ({ 'x-tenant': 'acme', 'x-user': user }));
    expect(await statuses('/both', [ann!, ann!, bob!])).toEqual([200, 429, 200]);
  });

  it('are apart by their kind, and known to the service by the kind of their policy', async () => {
    expect(await statuses('/user', [{ 'x-user': 'acme' }])).toEqual([200]);
    expect(await statuses('/user-override', [{ 'x-tenant': 'acme' }])).toEqual([200]);
    const limits = http.app.get(RateLimitService);
    expect(await limits.peek('by-user', 'acme')).toMatchObject({ remaining: 1 });
    expect(await limits.consume('by-user', 'acme', { cost: 1 })).toMatchObject({ allowed: true });
    expect(await statuses('/user', [{ 'x-user': 'acme' }])).toEqual([429]);
  });

  it('that clients leave out are their fault, and said so', async () => {
    const missing = await http.send('/user');
    expect(missing.status).toBe(401);
    expect(missing.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
    expect(missing.body).toMatchObject({ status: 401, code: 'E_RATE_LIMIT_CALLER', title: 'Unauthorized' });
    expect((await http.send('/api-key')).status).toBe(401);
    expect((await http.send('/api-key', { headers: { 'x-api-key': '' } })).status).toBe(401);
    const header = await http.send('/tenant');
    expect(header.status).toBe(400);
    expect(header.body).toMatchObject({ status: 400, code: 'E_RATE_LIMIT_HEADER' });
    expect((await http.send('/both', { headers: { 'x-tenant': 'acme' } })).status).toBe(401);
  });

  it('that a function cannot name are the fault of the application', async () => {
    expect((await http.send('/nobody')).status).toBe(500);
  });

  it('have limits of their own', async () => {
    const [free, paid] = [{ 'x-tenant': 'free' }, { 'x-tenant': 'paid', 'x-plan': 'paid' }];
    expect(await statuses('/plan', [free, free, paid, paid])).toEqual([200, 429, 200, 200]);
    const { headers } = await http.send('/plan', { headers: paid });
    expect(headers.get('RateLimit-Policy')).toBe('"plan";q=3;w=3600, "ceiling";q=100;w=3600');
    expect(headers.get('RateLimit')).toBe('"plan";r=0;t=3600, "ceiling";r=97;t=3600');
    expect((await http.send('/bad-plan')).status).toBe(500);
  });

  it('are only watched in shadow', async () => {
    const told: SuiteEventMap['rate-limit:denied'][] = [];
    http.app.get(SuiteEvents).on('rate-limit:denied', (event) => told.push(event));
    await http.send('/watched');
    const { status, headers } = await http.send('/watched');
    expect(status).toBe(200);
    expect(headers.get('RateLimit')).toBe('"enforced";r=3;t=3600');
    expect(told).toEqual([expect.objectContaining({ policy: 'watching', shadow: true, degraded: false })]);
    expect((await http.send('/watched-user')).status).toBe(200);
  });

  it('are counted by address before authentication, and by user after it', async () => {
    const [ann, bob] = [{ 'x-user': 'ann' }, { 'x-user': 'bob' }];
    expect(await statuses('/phases', [ann, ann, ann, bob, bob])).toEqual([200, 200, 429, 200, 429]);
    const { body } = await http.send('/phases', { headers: bob });
    expect(body['violated-policies']).toEqual(['address']);
  });
});
