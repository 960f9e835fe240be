import { randomUUID } from 'node:crypto';
import {
  Controller,
  Get,
  Header,
  Injectable,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Req,
  Res,
  SetMetadata,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { map } from 'rxjs';
import { Cached } from '../../../src/cache/decorators/cached.decorator.js';
import { InvalidateCache } from '../../../src/cache/decorators/invalidate-cache.decorator.js';
import { RedisModule } from '../../../src/redis.module.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openHttpApp, PLATFORMS, type HttpApp } from '../../support/http-app.js';

interface AnyRequest {
  readonly headers: Record<string, string | undefined>;
}

@Injectable()
class RoleGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const role = this.reflector.get<string | undefined>('role', context.getHandler());
    return context.switchToHttp().getRequest<AnyRequest>().headers['x-role'] === role;
  }
}

@Injectable()
class Envelope implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

@Injectable()
class Prices {
  runs = 0;

  @Cached()
  async of(id: number): Promise<number> {
    await Promise.resolve(id);
    return ++this.runs;
  }
}

@Controller('items')
@UseInterceptors(Envelope)
class Items {
  static runs = 0;

  constructor(private readonly prices: Prices) {}

  @Get('plain')
  async plain(): Promise<string> {
    return Promise.resolve('plain');
  }

  @Get('priced/:id')
  async priced(@Param('id', ParseIntPipe) id: number): Promise<number> {
    return this.prices.of(id);
  }

  @Cached({ tags: ['items'] })
  @Get('above/:id')
  @UseGuards(RoleGuard)
  @SetMetadata('role', 'clerk')
  async above(@Param('id', ParseIntPipe) id: number, @Query('q') q?: string): Promise<object> {
    await Promise.resolve();
    return { id, q, run: ++Items.runs };
  }

  @Get('below/:id')
  @UseGuards(RoleGuard)
  @SetMetadata('role', 'clerk')
  @Header('X-Kind', 'item')
  @Cached({ tags: ['items'] })
  async below(@Param('id', ParseIntPipe) id: number, @Query('q') q?: string): Promise<object> {
    await Promise.resolve();
    return { id, q, run: ++Items.runs };
  }

  @Get('whole/:id')
  @Cached()
  async whole(@Param() params: object, @Query() query: object): Promise<object> {
    await Promise.resolve();
    return { params, query, run: ++Items.runs };
  }

  @Get('request/:id')
  @Cached({ key: (request: AnyRequest, id: string) => ['request', request.headers['x-role'] ?? '', id] })
  async request(@Req() _request: AnyRequest, @Param('id') id: string): Promise<object> {
    await Promise.resolve();
    return { id, run: ++Items.runs };
  }

  @Get('passthrough/:id')
  @Cached({ key: 'passthrough:{id}' })
  async passthrough(
    @Res({ passthrough: true }) _response: unknown,
    @Param('id') id: string,
  ): Promise<object> {
    await Promise.resolve();
    return { id, run: ++Items.runs };
  }

  @Post()
  @InvalidateCache({ tags: ['items'] })
  async write(): Promise<string> {
    return Promise.resolve('written');
  }
}

describe.each(PLATFORMS)('@Cached on controllers of %s', (platform) => {
  let redis: TestRedis;
  let http: HttpApp;
  const asClerk = { headers: { 'x-role': 'clerk' } };

  beforeAll(async () => {
    redis = await startRedis();
    const cache = { exposeHeader: true };
    const suite = RedisModule.forRoot({ connection: redis.url, namespace: randomUUID(), cache });
    http = await openHttpApp(platform, { imports: [suite], controllers: [Items], providers: [Prices] });
  });
  afterAll(async () => {
    await http?.close();
    await redis?.stop();
  });

  it.each(['above', 'below'])('runs guards first, keys by what pipes made: @Cached %s @Get', async (path) => {
    const first = await http.send(`/items/${path}/1`, asClerk);
    expect(first).toMatchObject({ status: 200, body: { data: { id: 1 } } });
    expect(first.headers.get('x-cache')).toBe('miss');
    const second = await http.send(`/items/${path}/01`, asClerk);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('x-cache')).toBe('hit');
    expect((await http.send(`/items/${path}/1`)).status).toBe(403);
    expect((await http.send(`/items/${path}/x`, asClerk)).status).toBe(400);
    expect((await http.send(`/items/${path}/1?q=a`, asClerk)).body).not.toEqual(first.body);
    await http.send('/items', { method: 'POST' });
    expect((await http.send(`/items/${path}/1`, asClerk)).headers.get('x-cache')).toBe('miss');
  });

  it('leaves what other decorators do to the route', async () => {
    for (let call = 0; call < 2; call++) {
      expect((await http.send('/items/below/9', asClerk)).headers.get('x-kind')).toBe('item');
    }
  });

  it('keys by all parameters and the whole query, in any order', async () => {
    const first = await http.send('/items/whole/1?q=a&r=b&r=c');
    expect(first.body).toMatchObject({ data: { params: { id: '1' }, query: { q: 'a', r: ['b', 'c'] } } });
    expect((await http.send('/items/whole/1?r=b&r=c&q=a')).body).toEqual(first.body);
    expect((await http.send('/items/whole/1?q=a&r=b')).body).not.toEqual(first.body);
  });

  it('takes the request as an argument when a key says what counts', async () => {
    const first = await http.send('/items/request/1', asClerk);
    expect((await http.send('/items/request/1', asClerk)).body).toEqual(first.body);
    expect((await http.send('/items/request/1')).body).not.toEqual(first.body);
  });

  it('allows @Res({ passthrough: true }) with a key', async () => {
    const first = await http.send('/items/passthrough/1');
    expect((await http.send('/items/passthrough/1')).body).toEqual(first.body);
  });

  it('tells in X-Cache how services were answered, and nothing where no cache was used', async () => {
    expect((await http.send('/items/priced/1')).headers.get('x-cache')).toBe('miss');
    expect((await http.send('/items/priced/1')).headers.get('x-cache')).toBe('hit');
    expect((await http.send('/items/plain')).headers.get('x-cache')).toBeNull();
  });
});
