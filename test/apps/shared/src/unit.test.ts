import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Cached, CacheService, RedisModule } from 'nestjs-redis-suite';
import { startRedis, type TestRedis } from 'nestjs-redis-suite/testing';

@Injectable()
class Clock {
  calls = 0;

  constructor(readonly cache: CacheService) {}

  @Cached('1h')
  async time(zone: string): Promise<string> {
    this.calls += 1;
    return `noon in ${zone}`;
  }
}

let redis: TestRedis | undefined;
let app: TestingModule | undefined;

beforeAll(async () => {
  redis = await startRedis();
  app = await Test.createTestingModule({
    imports: [RedisModule.forRoot({ connection: redis.url, namespace: 'unit' })],
    providers: [Clock],
  }).compile();
  await app.init();
});
afterAll(async () => {
  await app?.close();
  await redis?.stop();
});

it('injects and caches', async () => {
  const clock = app!.get(Clock);
  expect(clock.cache).toBeInstanceOf(CacheService);
  await clock.time('Oslo');
  expect(await clock.time('Oslo')).toBe('noon in Oslo');
  expect(clock.calls).toBe(1);
});
