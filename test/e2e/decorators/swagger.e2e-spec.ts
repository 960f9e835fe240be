import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cached } from '../../../src/cache/decorators/cached.decorator.js';
import { InvalidateCache } from '../../../src/cache/decorators/invalidate-cache.decorator.js';
import { WithLock } from '../../../src/lock/with-lock.decorator.js';
import { RateLimit } from '../../../src/rate-limit/calls/rate-limit.decorator.js';
import { RedisModule } from '../../../src/redis.module.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';

class Item {
  @ApiProperty() id!: number;
  @ApiProperty({ required: false }) name?: string;
}

const none: MethodDecorator = () => {};

/** Makes a controller with a decorator of ours at one of the places that a method has. */
function controller(ours: MethodDecorator, place: 'top' | 'middle' | 'bottom' | 'nowhere') {
  const at = (here: typeof place) => (here === place ? ours : none);

  @Controller('items')
  class Items {
    @at('top')
    @ApiOperation({ summary: 'Finds an item', operationId: 'findItem' })
    @Get(':id')
    @at('middle')
    @ApiOkResponse({ type: Item, description: 'The item' })
    @at('bottom')
    async find(@Param('id') id: number, @Query('name') name: string): Promise<Item> {
      return Promise.resolve({ id, name });
    }

    @at('top')
    @Post()
    @at('middle')
    @ApiOkResponse({ type: [Item] })
    @ApiOperation({ deprecated: true })
    @at('bottom')
    async write(@Body() item: Item): Promise<Item[]> {
      return Promise.resolve([item]);
    }

    @at('top')
    @Get()
    @at('bottom')
    async inferred(@Query('id') id: number): Promise<Item> {
      return Promise.resolve({ id });
    }
  }
  return Items;
}

const OURS: Record<string, MethodDecorator> = {
  '@Cached': Cached('1h') as MethodDecorator,
  '@InvalidateCache': InvalidateCache({ tags: ['items'] }) as MethodDecorator,
  '@RateLimit': RateLimit({ name: 'items', limit: 10, window: '1m' }),
  '@WithLock': WithLock('items') as MethodDecorator,
};
const all: MethodDecorator = (...target) => Object.values(OURS).forEach((each) => void each(...target));

const PLACES = ['top', 'middle', 'bottom'] as const;
const CASES = Object.entries({ ...OURS, 'all of them': all }).flatMap(([name, ours]) =>
  PLACES.map((place) => [name, place, ours] as const),
);

describe('the OpenAPI document', () => {
  let redis: TestRedis;
  let plain: object;

  async function documentOf(type: ReturnType<typeof controller>): Promise<object> {
    const module = await Test.createTestingModule({
      imports: [RedisModule.forRoot({ connection: redis.url, namespace: randomUUID() })],
      controllers: [type],
    }).compile();
    const app = module.createNestApplication({ logger: false });
    try {
      await app.init();
      return SwaggerModule.createDocument(app, new DocumentBuilder().build());
    } finally {
      await app.close();
    }
  }

  beforeAll(async () => {
    redis = await startRedis();
    plain = await documentOf(controller(none, 'nowhere'));
  });
  afterAll(() => redis?.stop());

  it('tells what the decorators of Swagger say', () => {
    expect(JSON.stringify(plain)).toContain('"summary":"Finds an item"');
    expect(JSON.stringify(plain)).toContain('"$ref":"#/components/schemas/Item"');
  });

  it.each(CASES)('is the same with %s at the %s', async (_, place, ours) => {
    expect(await documentOf(controller(ours, place))).toEqual(plain);
  });
});
