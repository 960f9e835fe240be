import { randomUUID } from 'node:crypto';
import { Controller, Get, Injectable, Scope, type INestApplicationContext, type Type } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RateLimit } from '../../../src/rate-limit/calls/rate-limit.decorator.js';
import { RateLimitExceededError, RateLimitUnboundError } from '../../../src/rate-limit/rate-limit.errors.js';
import { RateLimitGuard } from '../../../src/rate-limit/calls/rate-limit.guard.js';
import type { RateLimitModuleOptions } from '../../../src/rate-limit/rate-limit.options.js';
import { RateLimitService } from '../../../src/rate-limit/rate-limit.service.js';
import { SkipRateLimit } from '../../../src/rate-limit/calls/skip-rate-limit.decorator.js';
import { RedisModule } from '../../../src/redis.module.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openHttpApp } from '../../support/http-app.js';
import { PATIENT } from '../../support/rate-limits.js';

const hour = { window: '1h' } as const;

@Injectable()
class Mailer {
  sent = 0;

  @RateLimit({ limit: 2, ...hour, key: (call) => call.getArgByIndex<string>(0) })
  async send(to: string): Promise<string> {
    this.sent++;
    return Promise.resolve(`sent to ${to}`);
  }

  @RateLimit('daily', {
    key: async (call) => Promise.resolve(`${call.getType<string>()} ${call.getClass().name}`),
  })
  async digest(): Promise<number> {
    return Promise.resolve(++this.sent);
  }

  async twice(to: string): Promise<string> {
    await this.send(to);
    return this.send(to);
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class Courier extends Mailer {
  override async send(to: string): Promise<string> {
    return `by courier: ${await super.send(to)}`;
  }
}

describe('rate limits on services', () => {
  const options: RateLimitModuleOptions = { policies: { daily: { limit: 1, window: '1d' } } };
  let server: TestRedis;
  const opened: INestApplicationContext[] = [];

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    await Promise.all(opened.map((app) => app.close()));
    await server?.stop();
  });

  function build(
    classes: Type[],
    rateLimit = options,
    namespace: string = randomUUID(),
  ): TestingModuleBuilder {
    const isController = (type: Type) => Reflect.hasMetadata('path', type);
    return Test.createTestingModule({
      imports: [
        RedisModule.forRoot({ connection: server.url, namespace, rateLimit: { ...PATIENT, ...rateLimit } }),
      ],
      providers: classes.filter((type) => !isController(type)),
      controllers: classes.filter(isController),
    });
  }

  async function boot(builder: TestingModuleBuilder): Promise<INestApplicationContext> {
    const app = await (await builder.compile()).init();
    opened.push(app);
    return app;
  }

  it('run within the limit, and throw beyond it before the method runs', async () => {
    const mailer = (await boot(build([Mailer]))).get(Mailer);
    expect(await mailer.twice('ann')).toBe('sent to ann');
    const refused = await mailer.send('ann').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RateLimitExceededError);
    expect(refused).toMatchObject({
      code: 'E_RATE_LIMIT_EXCEEDED',
      decision: { allowed: false, policy: 'Mailer.send', limit: 2, remaining: 0 },
    });
    expect(mailer.sent).toBe(2);
    expect(await mailer.send('bob')).toBe('sent to bob');
  });

  it('know the policies of their own application', async () => {
    const [one, two] = await Promise.all([
      boot(build([Mailer])),
      boot(build([Mailer], { policies: { daily: { limit: 9, window: '1d' } } })),
    ]);
    await one.get(Mailer).digest();
    await expect(one.get(Mailer).digest()).rejects.toThrow("policy 'daily'");
    await two.get(Mailer).digest();
    await two.get(Mailer).digest();
    const seen = await two.get(RateLimitService).peek('daily', 'service Mailer');
    expect(seen.remaining).toBe(7);
  });

  it('count calls through super in any scope', async () => {
    const courier = await (await boot(build([Courier]))).resolve(Courier);
    expect(await courier.send('ann')).toBe('by courier: sent to ann');
    await courier.send('ann');
    await expect(courier.send('ann')).rejects.toThrow(RateLimitExceededError);
  });

  it('refuse to run outside an application', async () => {
    await expect(new Mailer().send('ann')).rejects.toThrow(RateLimitUnboundError);
  });

  it('let tests put their own service in place', async () => {
    const app = await boot(
      build([Mailer])
        .overrideProvider(RateLimitService)
        .useValue({ peek: () => 'mine' }),
    );
    expect(await app.get(RateLimitService).peek('daily', 'x')).toBe('mine');
  });

  it('tell at boot all that could not work', async () => {
    @Injectable()
    class Wrong {
      @RateLimit('unknown', { key: () => 'x' }) async named(): Promise<void> {}
      @RateLimit('daily') async keyless(): Promise<void> {}
      @RateLimit({ limit: 1, ...hour, key: 'ip' }) async address(): Promise<void> {}
    }
    @Injectable()
    @RateLimit('daily')
    class NoHandlers {}
    @Controller('skips')
    class Skips {
      @Get() @SkipRateLimit('nothing') skip() {
        return 1;
      }
      // There may be one elsewhere.
      @Get('default') @SkipRateLimit('default') skipDefault() {
        return 1;
      }
    }
    @Injectable()
    class Twice {
      @RateLimit({ limit: 1, ...hour, key: () => 'x' })
      @RateLimit({ limit: 2, ...hour, key: () => 'x' })
      async run(): Promise<void> {}
    }
    const twins = [1, 2].map(() => {
      @Injectable()
      class Twin {
        @RateLimit({ limit: 1, ...hour, key: () => 'x' }) async run(): Promise<void> {}
      }
      return Twin;
    });
    const module = await build([Wrong, NoHandlers, Skips, Twice, ...twins]).compile();
    const failure = await module.init().catch((error: unknown) => error);
    expect((failure as { problems: { path: string }[] }).problems.map(({ path }) => path).sort()).toEqual([
      '@RateLimit on NoHandlers',
      '@RateLimit on Twice.run',
      '@RateLimit on Twin.run',
      '@RateLimit on Wrong.address',
      '@RateLimit on Wrong.keyless',
      '@RateLimit on Wrong.named',
      '@SkipRateLimit on Skips.skip',
    ]);
    expect(String(failure)).toContain("names no policy with 'unknown'; rateLimit.policies has daily");
    expect(String(failure)).toMatch(/Twice\.run: stands there more than once/);
    expect(String(failure)).toMatch(/Twin\.run: would share its counters with another class/);
  });

  it('let tests replace the guard', async () => {
    @Controller()
    class Limited {
      @Get() @RateLimit({ limit: 1, ...hour }) find() {
        return 'ok';
      }
    }
    const metadata = {
      imports: [RedisModule.forRoot({ connection: server.url, namespace: randomUUID() })],
      controllers: [Limited],
    };
    const module = await Test.createTestingModule(metadata)
      .overrideGuard(RateLimitGuard)
      .useValue({ canActivate: () => true })
      .compile();
    const app = module.createNestApplication({ logger: false });
    opened.push(app);
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    expect((await Promise.all([fetch(url), fetch(url)])).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('do not run for handlers called from within', async () => {
    @Controller()
    class Calling {
      @Get('inner') @RateLimit({ limit: 1, ...hour }) inner() {
        return 'inner';
      }
      @Get('outer') outer() {
        return [this.inner(), this.inner()].join();
      }
    }
    const http = await openHttpApp('Express', {
      imports: [RedisModule.forRoot({ connection: server.url, namespace: randomUUID() })],
      controllers: [Calling],
    });
    try {
      expect((await http.send('/outer')).text).toBe('inner,inner');
    } finally {
      await http.close();
    }
  });
});
