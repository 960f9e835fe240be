import { randomUUID } from 'node:crypto';
import { ClassSerializerInterceptor, Controller, Get, UseInterceptors } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Exclude } from 'class-transformer';
import { Cached } from '../../../src/cache/decorators/cached.decorator.js';
import { RedisModule } from '../../../src/redis.module.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openHttpApp, PLATFORMS, type HttpApp } from '../../support/http-app.js';

class Person {
  readonly name: string;

  @Exclude()
  readonly password: string;

  constructor(name: string) {
    this.name = name;
    this.password = `${name}'s password`;
  }
}

@Controller('people')
@UseInterceptors(ClassSerializerInterceptor)
class People {
  static runs = 0;

  @Get('one')
  @Cached({ key: 'person', as: Person })
  one(): Promise<Person> {
    People.runs++;
    return Promise.resolve(new Person('Ada'));
  }

  @Get('page')
  @Cached({ key: 'people', as: { items: Person } })
  page(): Promise<{ items: Person[]; total: number }> {
    People.runs++;
    return Promise.resolve({ items: [new Person('Ada'), new Person('Bo')], total: 2 });
  }
}

describe.each(PLATFORMS)('instances behind ClassSerializerInterceptor on %s', (platform) => {
  let redis: TestRedis;
  let http: HttpApp;
  beforeAll(async () => {
    redis = await startRedis();
    const suite = RedisModule.forRoot({
      connection: redis.url,
      namespace: randomUUID(),
      cache: { exposeHeader: true },
    });
    http = await openHttpApp(platform, { imports: [suite], controllers: [People] });
  });
  afterAll(async () => {
    await http?.close();
    await redis?.stop();
  });

  it.each([
    ['one', { name: 'Ada' }],
    ['page', { items: [{ name: 'Ada' }, { name: 'Bo' }], total: 2 }],
  ])('hides on a hit what it hides on a miss: %s', async (path, expected) => {
    People.runs = 0;
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await http.send(`/people/${path}`));
    expect(answers.map(({ text }) => JSON.parse(text) as unknown)).toEqual([expected, expected, expected]);
    expect(answers.map(({ headers }) => headers.get('x-cache'))).toEqual(['miss', 'hit', 'hit']);
    expect(People.runs).toBe(1);
  });
});
