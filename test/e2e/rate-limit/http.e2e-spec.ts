import { Controller, Get, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { Cached } from '../../../src/cache/decorators/cached.decorator.js';
import { RateLimit } from '../../../src/rate-limit/calls/rate-limit.decorator.js';
import { RateLimitGuard } from '../../../src/rate-limit/calls/rate-limit.guard.js';
import { RateLimitService } from '../../../src/rate-limit/rate-limit.service.js';
import { SkipRateLimit } from '../../../src/rate-limit/calls/skip-rate-limit.decorator.js';
import { PLATFORMS } from '../../support/http-app.js';
import { patientLimits } from '../../support/limits-module.js';
import { useHttpApp } from '../../support/use-http-app.js';

interface TestRequest {
  readonly headers: Record<string, string | undefined>;
  user?: { id?: string; sub?: number };
}

const requestOf = (context: ExecutionContext) => context.switchToHttp().getRequest<TestRequest>();
const byCaller = (context: ExecutionContext) => requestOf(context).headers['x-caller'] ?? '';
const byCost = (context: ExecutionContext) => Number(requestOf(context).headers['x-cost']);

/** Takes the user from a header, as an authentication guard would from a token. */
class HeaderAuth implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = requestOf(context);
    const id = request.headers['x-user'];
    if (id !== undefined) request.user = id.startsWith('sub-') ? { sub: Number(id.slice(4)) } : { id };
    return true;
  }
}

const hour = { window: '1h' } as const;

@Controller()
class Routes {
  @Get('by-address') @RateLimit({ limit: 2, ...hour }) byAddress() {
    return 'ok';
  }
  @Get('named') @RateLimit('named') named() {
    return 'ok';
  }
  @Get('several')
  @RateLimit([
    { name: 'burst', limit: 2, window: 500, key: byCaller },
    { name: 'daily', limit: 1000, window: '1d', key: byCaller },
  ])
  several() {
    return 'ok';
  }
  @Get('all-or-none')
  @RateLimit([
    { name: 'wide', limit: 100, ...hour, key: 'ip' },
    { name: 'narrow', limit: 1, ...hour },
  ])
  allOrNone() {
    return 'ok';
  }
  @Get('user') @RateLimit({ limit: 1, ...hour, key: 'user' }) @UseGuards(HeaderAuth) user() {
    return 'ok';
  }
  @Get('api-key') @RateLimit({ limit: 1, ...hour, key: 'api-key' }) apiKey() {
    return 'ok';
  }
  @Get('cost') @RateLimit('weighed', { key: byCaller, cost: byCost }) cost() {
    return 'ok';
  }
  @RateLimit({ limit: 1, ...hour, key: byCaller }) @Cached('1m') @Get('cached') async cached() {
    return Promise.resolve({ drawn: Math.random() });
  }
  @Get('unlimited') unlimited() {
    return 'ok';
  }
}

@Controller('class')
@RateLimit('shared', { key: byCaller })
class LimitedClass {
  @Get('a') a() {
    return 'ok';
  }
  @Get('b') @RateLimit('shared', { key: byCaller }) b() {
    return 'ok';
  }
  @Get('open') @SkipRateLimit() open() {
    return 'ok';
  }
  @Get('tight') @RateLimit({ name: 'tight', limit: 1, ...hour, key: byCaller }) tight() {
    return 'ok';
  }
}

@Controller('global')
class GlobalRoutes {
  @Get('plain') plain() {
    return 'ok';
  }
  @Get('both') @RateLimit({ name: 'ip', limit: 50, ...hour }) both() {
    return 'ok';
  }
  @Get('skipped') @SkipRateLimit('default') skipped() {
    return 'ok';
  }
  @Get('guarded') @UseGuards(RateLimitGuard) guarded() {
    return 'ok';
  }
}

describe.each(PLATFORMS)('rate limits over HTTP on %s', (platform) => {
  const http = useHttpApp({
    platform,
    metadata: (server) => ({
      imports: [
        patientLimits(
          server,
          {
            policies: {
              named: { limit: 1, ...hour, key: byCaller, block: '2h' },
              weighed: { limit: 10, ...hour },
              shared: { limit: 3, ...hour },
            },
          },
          { secret: 'a secret for tests, long enough to be one' },
        ),
      ],
      controllers: [Routes, LimitedClass],
    }),
  });

  const caller = (name: string) => ({ headers: { 'x-caller': name } });

  it('counts all windows or none, whether they name the address or leave it out', async () => {
    await http.send('/all-or-none');
    const refused = await http.send('/all-or-none');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('RateLimit')).toBe('"narrow";r=0;t=3600, "wide";r=99;t=3600');
  });

  it('tells how the caller stands, and refuses with 429 beyond the limit', async () => {
    const first = await http.send('/by-address');
    expect(first.status).toBe(200);
    expect(first.headers.get('RateLimit-Policy')).toBe('"2-per-3600s";q=2;w=3600');
    expect(first.headers.get('RateLimit')).toBe('"2-per-3600s";r=1;t=3600');
    expect(first.headers.get('X-RateLimit-Limit')).toBe('2');
    expect(first.headers.get('X-RateLimit-Remaining')).toBe('1');
    expect(first.headers.get('X-RateLimit-Reset')).toBe('3600');
    expect(first.headers.get('Retry-After')).toBeNull();
    await http.send('/by-address');
    const denied = await http.send('/by-address');
    expect(denied.status).toBe(429);
    expect(denied.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
    expect(Number(denied.headers.get('Retry-After'))).toBeGreaterThan(3590);
    expect(denied.headers.get('RateLimit')).toMatch(/^"2-per-3600s";r=0;t=3\d\d\d$/);
    expect(denied.body).toEqual({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'Too many requests',
      status: 429,
      detail: expect.any(String),
      code: 'E_RATE_LIMIT_EXCEEDED',
      'violated-policies': ['2-per-3600s'],
    });
  });

  it('knows policies by name, the subject by a function, and blocks after an excess', async () => {
    expect((await http.send('/named', caller('ann'))).status).toBe(200);
    const denied = await http.send('/named', caller('ann'));
    expect(denied.status).toBe(429);
    expect(Number(denied.headers.get('Retry-After'))).toBe(7200);
    expect((await http.send('/named', caller('bob'))).status).toBe(200);
  });

  it('is the same to the service, which can release a subject', async () => {
    await http.send('/named', caller('carl'));
    await http.send('/named', caller('carl'));
    const limits = http.app.get(RateLimitService);
    expect(await limits.peek('named', 'carl')).toMatchObject({ allowed: false, policy: 'named' });
    await limits.reset('named', 'carl');
    expect((await http.send('/named', caller('carl'))).status).toBe(200);
  });

  it('shows several windows, the tightest first, without w below a second', async () => {
    const { headers } = await http.send('/several', caller('ann'));
    expect(headers.get('RateLimit-Policy')).toBe('"burst";q=2, "daily";q=1000;w=86400');
    expect(headers.get('RateLimit')).toBe('"burst";r=1;t=1, "daily";r=999;t=86400');
    expect(headers.get('X-RateLimit-Limit')).toBe('2');
  });

  it('counts users after the guard that finds them, by id or sub', async () => {
    const as = async (user: string) => (await http.send('/user', { headers: { 'x-user': user } })).status;
    expect([await as('ann'), await as('ann'), await as('bob'), await as('sub-7'), await as('sub-7')]).toEqual(
      [200, 429, 200, 200, 429],
    );
  });

  it('counts holders of API keys', async () => {
    const as = async (key: string) => (await http.send('/api-key', { headers: { 'X-Api-Key': key } })).status;
    expect([await as('k1'), await as('k1'), await as('k2')]).toEqual([200, 429, 200]);
  });

  it('weighs calls', async () => {
    const send = (cost: string) => http.send('/cost', { headers: { 'x-caller': 'ann', 'x-cost': cost } });
    expect((await send('7')).headers.get('X-RateLimit-Remaining')).toBe('3');
    expect((await send('4')).status).toBe(429);
    expect((await send('3')).status).toBe(200);
    expect((await send('0')).status).toBe(200);
    expect((await send('1.5')).status).toBe(500);
  });

  it('counts one subject over all handlers of a class, and once where class and method name one policy', async () => {
    const remaining = async (path: string) =>
      (await http.send(path, caller('ann'))).headers.get('X-RateLimit-Remaining');
    expect([await remaining('/class/a'), await remaining('/class/b')]).toEqual(['2', '1']);
    expect(await remaining('/class/open')).toBeNull();
    const { headers } = await http.send('/class/tight', caller('ann'));
    expect(headers.get('RateLimit')).toBe('"shared";r=0;t=3600, "tight";r=0;t=3600');
    expect((await http.send('/class/a', caller('ann'))).status).toBe(429);
  });

  it('stands with @Cached in any order', async () => {
    expect((await http.send('/cached', caller('ann'))).status).toBe(200);
    expect((await http.send('/cached', caller('ann'))).status).toBe(429);
  });

  it('leaves other handlers alone', async () => {
    const { status, headers } = await http.send('/unlimited');
    expect(status).toBe(200);
    expect(headers.get('RateLimit')).toBeNull();
  });
});

describe.each(PLATFORMS)('RateLimitGuard as a global guard on %s', (platform) => {
  const http = useHttpApp({
    platform,
    metadata: (server) => ({
      imports: [patientLimits(server, { default: { limit: 100, ...hour }, legacyHeaders: false })],
      controllers: [GlobalRoutes],
      providers: [{ provide: APP_GUARD, useClass: RateLimitGuard }],
    }),
  });

  it('applies the default to every handler, and each policy once', async () => {
    expect((await http.send('/global/plain')).headers.get('RateLimit')).toBe('"default";r=99;t=3600');
    const { headers } = await http.send('/global/both');
    expect(headers.get('RateLimit')).toBe('"ip";r=49;t=3600, "default";r=98;t=3600');
    expect(headers.get('X-RateLimit-Limit')).toBeNull();
    expect((await http.send('/global/guarded')).headers.get('RateLimit')).toBe('"default";r=97;t=3600');
  });

  it('skips what is to be skipped', async () => {
    expect((await http.send('/global/skipped')).headers.get('RateLimit')).toBeNull();
  });
});
