import { Controller, Get, Injectable, UseFilters, type ExecutionContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisErrorFilter } from '../../../src/http/redis-error.filter.js';
import { RateLimit } from '../../../src/rate-limit/calls/rate-limit.decorator.js';
import { RateLimitService } from '../../../src/rate-limit/rate-limit.service.js';
import type { RateLimitRule } from '../../../src/rate-limit/policies/rate-limit-use.options.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openHttpApp, PLATFORMS, type HttpApp } from '../../support/http-app.js';
import { patientLimits } from '../../support/limits-module.js';

const byPlace = (call: ExecutionContext) => call.getType<string>();
const WINDOWS: RateLimitRule[] = [
  { limit: 1, window: '1h', key: byPlace },
  { name: 'daily', limit: 1, window: '1d', key: byPlace },
  { name: 'wide', limit: 9, window: '1h', key: byPlace },
];

@Injectable()
class Mailer {
  constructor(private readonly limits: RateLimitService) {}

  @RateLimit(WINDOWS)
  async send(): Promise<string> {
    return Promise.resolve('sent');
  }

  async export(): Promise<string> {
    await this.limits.consumeOrThrow({ name: 'export', limit: 1, window: '1h' }, 'all');
    return 'exported';
  }

  async convert(): Promise<string> {
    await this.limits.acquire({ name: 'convert', concurrency: 1 }, 'all');
    return 'converting';
  }
}

@Controller()
class Routes {
  constructor(private readonly mailer: Mailer) {}

  @Get('handler') @RateLimit(WINDOWS) handler() {
    return 'sent';
  }
  @Get('send') send() {
    return this.mailer.send();
  }
  @Get('export') export() {
    return this.mailer.export();
  }
  @Get('convert') convert() {
    return this.mailer.convert();
  }
}

@UseFilters(RedisErrorFilter)
@Controller('filtered')
class FilteredRoutes extends Routes {}

describe.each(PLATFORMS)('a service called beyond a limit, over HTTP on %s', (platform) => {
  let server: TestRedis;
  const opened: HttpApp[] = [];

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    await Promise.all(opened.map((http) => http.close()));
    await server?.stop();
  });

  async function open({ httpErrors = true, legacyHeaders = true } = {}): Promise<HttpApp> {
    const http = await openHttpApp(platform, {
      imports: [patientLimits(server, { legacyHeaders }, { httpErrors })],
      controllers: [Routes, FilteredRoutes],
      providers: [Mailer],
    });
    opened.push(http);
    return http;
  }

  async function refusal(http: HttpApp, path: string) {
    expect((await http.send(path)).status).toBe(200);
    const { status, headers, body } = await http.send(path);
    const ours = [...headers].filter(([name]) => /ratelimit|retry-after|content-type/.test(name));
    return { status, body, headers: Object.fromEntries(ours) };
  }

  it('is answered as a handler is', async () => {
    const http = await open();
    const [handler, service] = [await refusal(http, '/handler'), await refusal(http, '/send')];
    expect(handler.status).toBe(429);
    expect(handler.body['violated-policies']).toEqual(['daily', '1-per-3600s']);
    expect(handler.headers['ratelimit']).toBe(
      '"daily";r=0;t=86400, "1-per-3600s";r=0;t=3600, "wide";r=8;t=3600',
    );
    expect(service).toEqual(handler);
  });

  it('is told what refused it, also by RateLimitService, and without the older headers if so wished', async () => {
    const http = await open({ legacyHeaders: false });
    const { status, body, headers } = await refusal(http, '/export');
    expect(status).toBe(429);
    expect(body).toMatchObject({ code: 'E_RATE_LIMIT_EXCEEDED', 'violated-policies': ['export'] });
    expect(headers).toEqual({
      'content-type': expect.stringMatching(/^application\/problem\+json/),
      'ratelimit-policy': '"export";q=1;w=3600',
      ratelimit: '"export";r=0;t=3600',
      'retry-after': '3600',
    });
    const permit = await refusal(http, '/convert');
    expect(permit.body).toMatchObject({ 'violated-policies': ['convert'] });
    expect(permit.headers['ratelimit-policy']).toBe('"convert";q=1;qu="concurrent-requests"');
  });

  it('is answered alike by the filter where the application puts it', async () => {
    const http = await open({ httpErrors: false });
    const { status, body, headers } = await refusal(http, '/filtered/export');
    expect(status).toBe(429);
    expect(body).toMatchObject({ 'violated-policies': ['export'] });
    expect(headers['x-ratelimit-limit']).toBe('1');
  });
});
