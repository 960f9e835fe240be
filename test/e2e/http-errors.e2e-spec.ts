import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Catch,
  Controller,
  Get,
  NotFoundException,
  Param,
  UseFilters,
  UseGuards,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
} from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import {
  ClientProxyFactory,
  MessagePattern,
  Transport,
  type ClientProxy,
  type TcpOptions,
} from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import { CacheUnavailableError } from '../../src/cache/cache.errors.js';
import { InvalidKeyError } from '../../src/common/keys/key.errors.js';
import { RedisReplyError, RedisUnavailableError } from '../../src/connection/connection.errors.js';
import { LockBusyError, LockTimeoutError } from '../../src/lock/lock.errors.js';
import { RateLimitExceededError, RateLimitUnavailableError } from '../../src/rate-limit/rate-limit.errors.js';
import { RedisModule } from '../../src/redis.module.js';
import { startRedis } from '../../src/testing/start-redis.js';
import type { TestRedis } from '../../src/testing/test-redis.js';
import { openHttpApp, PLATFORMS, type HttpApp } from '../support/http-app.js';

const excess = {
  policy: 'secret',
  limit: 5,
  remaining: 0,
  resetMs: 9_000,
  retryAfterMs: 1_001,
  degraded: false,
};

@Catch(LockBusyError)
class OwnFilter implements ExceptionFilter {
  constructor(private readonly host: HttpAdapterHost) {}
  catch(_: LockBusyError, host: ArgumentsHost) {
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), { own: true }, 423);
  }
}

@Catch()
class CatchAll implements ExceptionFilter {
  constructor(private readonly host: HttpAdapterHost) {}
  catch(_: unknown, host: ArgumentsHost) {
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), { caught: true }, 418);
  }
}

class BusyGuard implements CanActivate {
  canActivate(): boolean {
    throw new LockBusyError('secret');
  }
}

@Controller()
class ThrowingController {
  @Get('busy') busy() {
    throw new LockBusyError('secret');
  }
  @Get('timeout') timeout() {
    throw new LockTimeoutError('secret', 10);
  }
  @Get('limit') limit() {
    throw new RateLimitExceededError(excess);
  }
  @Get('limit-away') limitAway() {
    throw new RateLimitUnavailableError('secret', 500);
  }
  @Get('redis-away') redisAway() {
    throw new RedisUnavailableError('secret', 'timeout');
  }
  @Get('refusal/:replyCode') refusal(@Param('replyCode') replyCode: string) {
    throw new RedisReplyError({ connection: 'secret', command: 'SET', replyCode, detail: 'secret' });
  }
  @Get('cache-away') cacheAway() {
    throw new CacheUnavailableError('delete', { cause: new Error('secret') });
  }
  @Get('fault') fault() {
    throw new InvalidKeyError('secret', 'is wrong');
  }
  @Get('missing') missing() {
    throw new NotFoundException('no such thing');
  }
  @Get('own') @UseFilters(OwnFilter) own() {
    throw new LockBusyError('secret');
  }
  @Get('guarded') @UseGuards(BusyGuard) guarded() {
    return 'never';
  }
  @MessagePattern('busy') message() {
    throw new LockBusyError('secret');
  }
}

const controllers = [ThrowingController];
const namespace = `errors-${Math.random().toString(36).slice(2)}`;
let server: TestRedis;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server?.stop());

describe.each(PLATFORMS)('errors over HTTP on %s', (platform) => {
  let http: HttpApp;

  beforeAll(async () => {
    const redis = RedisModule.forRoot({ connection: server.url, namespace });
    http = await openHttpApp(platform, { imports: [redis], controllers });
  });
  afterAll(() => http?.close());

  it.each([
    ['busy', 409, 'E_LOCK_BUSY', null],
    ['timeout', 409, 'E_LOCK_TIMEOUT', null],
    ['guarded', 409, 'E_LOCK_BUSY', null],
    ['limit', 429, 'E_RATE_LIMIT_EXCEEDED', '2'],
    ['limit-away', 503, 'E_RATE_LIMIT_UNAVAILABLE', '1'],
    ['redis-away', 503, 'E_REDIS_UNAVAILABLE', null],
    ['refusal/OOM', 503, 'E_REDIS_REPLY', null],
    ['refusal/MISCONF', 503, 'E_REDIS_REPLY', null],
    ['refusal/NOREPLICAS', 503, 'E_REDIS_REPLY', null],
    ['cache-away', 503, 'E_CACHE_UNAVAILABLE', null],
  ])('answers /%s with %i as problem+json and without internals', async (path, status, code, retryAfter) => {
    const answer = await http.send(`/${path}`);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.headers.get('retry-after')).toBe(retryAfter);
    expect(answer.body).toEqual({
      type: expect.any(String),
      title: expect.any(String),
      detail: expect.any(String),
      status,
      code,
    });
    expect(answer.text).not.toContain('secret');
  });

  it('leaves other errors to Nest', async () => {
    expect((await http.send('/missing')).body).toMatchObject({ statusCode: 404, message: 'no such thing' });
    for (const path of ['/fault', '/refusal/WRONGTYPE', '/refusal/NOPERM'])
      expect((await http.send(path)).body).toEqual({ statusCode: 500, message: 'Internal server error' });
  });

  it('leaves handlers with a filter of their own alone', async () => {
    expect(await http.send('/own')).toMatchObject({ status: 423, body: { own: true } });
  });
});

describe('the filter beside others', () => {
  const open = (httpErrors: boolean, { asProvider = false, asGlobal = false } = {}): Promise<HttpApp> => {
    const redis = RedisModule.forRoot({ connection: server.url, namespace, httpErrors });
    const providers = asProvider ? [{ provide: APP_FILTER, useClass: CatchAll }] : [];
    return openHttpApp('Express', { imports: [redis], controllers, providers }, (app) => {
      if (asGlobal) app.useGlobalFilters(new CatchAll(app.get(HttpAdapterHost)));
    });
  };

  it('is not there when httpErrors is false', async () => {
    const http = await open(false);
    try {
      expect((await http.send('/busy')).status).toBe(500);
    } finally {
      await http.close();
    }
  });

  it('leaves everything else to a filter of the application that catches all', async () => {
    const http = await open(true, { asProvider: true });
    try {
      expect((await http.send('/busy')).status).toBe(409);
      expect((await http.send('/fault')).status).toBe(418);
    } finally {
      await http.close();
    }
  });

  it('comes after filters of useGlobalFilters', async () => {
    const http = await open(true, { asGlobal: true });
    try {
      expect((await http.send('/busy')).status).toBe(418);
    } finally {
      await http.close();
    }
  });
});

describe('errors outside HTTP', () => {
  const options = { host: '127.0.0.1', port: 0 };
  let http: HttpApp;
  let client: ClientProxy;

  beforeAll(async () => {
    const redis = RedisModule.forRoot({ connection: server.url, namespace });
    http = await openHttpApp('Express', { imports: [redis], controllers });
    const transport: TcpOptions = { transport: Transport.TCP, options };
    const service = http.app.connectMicroservice(transport, { inheritAppConfig: true });
    await http.app.startAllMicroservices();
    const port = service.unwrap<{ address(): { port: number } }>().address().port;
    client = ClientProxyFactory.create({ transport: Transport.TCP, options: { ...options, port } });
  });
  afterAll(async () => {
    await client?.close();
    await http?.close();
  });

  it('stay as Nest tells them', async () => {
    await expect(firstValueFrom(client.send('busy', {}))).rejects.toMatchObject({
      message: 'Internal server error',
    });
  });
});
