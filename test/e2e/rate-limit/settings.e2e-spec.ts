import {
  Controller,
  Get,
  HttpException,
  Injectable,
  Logger,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Field, GraphQLModule, ObjectType, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RedisMonitor } from '../../../src/monitoring/redis-monitor.js';
import { RateLimitOffenders } from '../../../src/rate-limit/rate-limit-offenders.js';
import { RATE_LIMIT_OVERRIDES } from '../../../src/rate-limit/rate-limit.constants.js';
import { RateLimit } from '../../../src/rate-limit/calls/rate-limit.decorator.js';
import type { RateLimitModuleOptions } from '../../../src/rate-limit/rate-limit.options.js';
import { RateLimitService } from '../../../src/rate-limit/rate-limit.service.js';
import { SkipRateLimit } from '../../../src/rate-limit/calls/skip-rate-limit.decorator.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openHttpApp, PLATFORMS, type HttpApp } from '../../support/http-app.js';
import { patientLimits } from '../../support/limits-module.js';

const hour = { window: '1h' } as const;

@Controller()
class Routes {
  @Get('limited') @RateLimit({ name: 'limited', limit: 1, ...hour }) limited() {
    return 'ok';
  }
}

@Controller('class')
@RateLimit([
  { name: 'first', limit: 9, ...hour },
  { name: 'second', limit: 9, ...hour },
])
class Several {
  @Get('one') @SkipRateLimit('second') one() {
    return 'ok';
  }
}

@Injectable()
class Mailer {
  @RateLimit('mail', { key: () => 'all' })
  async send(): Promise<string> {
    return Promise.resolve('sent');
  }
}

class TeapotError extends HttpException {
  constructor(violated: readonly string[]) {
    super({ violated }, 418);
  }
}

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server?.stop());

const redis = (rateLimit: RateLimitModuleOptions, rest = {}) => patientLimits(server, rateLimit, rest);

describe.each(PLATFORMS)('settings of rate limits on %s', (platform) => {
  let http: HttpApp;

  beforeAll(async () => {
    http = await openHttpApp(platform, {
      imports: [
        redis({
          policies: { mail: { limit: 1, ...hour } },
          trustedProxies: ['127.0.0.0/8'],
          errorFactory: ({ violatedPolicies }) => new TeapotError(violatedPolicies),
        }),
      ],
      controllers: [Routes, Several],
      providers: [Mailer],
    });
  });
  afterAll(() => http?.close());

  it('find clients behind the proxies that are named, and nobody else', async () => {
    const from = async (forwarded: string) =>
      (await http.send('/limited', { headers: { 'x-forwarded-for': forwarded } })).status;
    expect(await from('203.0.113.1')).toBe(200);
    expect(await from('198.51.100.7, 203.0.113.1')).toBe(418);
    expect(await from('203.0.113.2, 127.0.0.9')).toBe(200);
  });

  it('put an error of the application in place of ours', async () => {
    const refused = await http.send('/limited', { headers: { 'x-forwarded-for': '203.0.113.1' } });
    expect(refused.status).toBe(418);
    expect(refused.body).toEqual({ violated: ['limited'] });
    expect(refused.headers.get('Content-Type')).toMatch(/^application\/json/);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(3_590);
    const mailer = http.app.get(Mailer);
    await mailer.send();
    await expect(mailer.send()).rejects.toThrow(TeapotError);
  });

  it('count by policy, and know who is refused most, by digest', async () => {
    const { rateLimits } = await http.app.get(RedisMonitor).snapshot();
    expect(rateLimits['mail']).toEqual({ allowed: 1, denied: 1, wouldDeny: 0, degraded: 0 });
    const limits = http.app.get(RateLimitService);
    for (let i = 0; i < 5; i++) await limits.consume('mail', 'ann@example.org');
    const [first, ...others] = http.app.get(RateLimitOffenders).top();
    expect(first).toEqual({
      policy: 'mail',
      subject: expect.stringMatching(/^[\w-]{22}$/),
      denied: 4,
      lastDeniedAt: expect.stringMatching(/^\d{4}-/),
    });
    expect(others.length).toBeGreaterThan(0);
    expect(JSON.stringify([first, others])).not.toContain('example');
    expect(http.app.get(RateLimitOffenders).top(1)).toHaveLength(1);
  });

  it('skip what is named, and nothing else', async () => {
    expect((await http.send('/class/one')).headers.get('RateLimit')).toBe('"first";r=8;t=3600');
  });
});

describe('RATE_LIMIT_OVERRIDES', () => {
  let app: TestingModule | undefined;
  afterEach(() => app?.close());

  const compile = (overrides: object) =>
    Test.createTestingModule({
      imports: [redis({ policies: { mail: { limit: 1, ...hour } } })],
      providers: [Mailer],
    })
      .overrideProvider(RATE_LIMIT_OVERRIDES)
      .useValue(overrides)
      .compile();

  it('takes the place of policies', async () => {
    app = await compile({ mail: { limit: 3, ...hour }, fresh: { limit: 7, window: '1m' } });
    await app.init();
    for (let i = 0; i < 3; i++) expect(await app.get(Mailer).send()).toBe('sent');
    await expect(app.get(Mailer).send()).rejects.toThrow("policy 'mail'");
    expect(await app.get(RateLimitService).peek('fresh', 'x')).toMatchObject({ limit: 7 });
  });

  it('is checked like the options', async () => {
    const module = await compile({ mail: { limit: 0, ...hour } });
    await expect(module.init()).rejects.toThrow('RATE_LIMIT_OVERRIDES.policies.mail.limit: must be');
  });
});

describe('at boot', () => {
  const warnings: string[] = [];
  const { NODE_ENV } = process.env;
  beforeAll(() => {
    jest
      .spyOn(Logger.prototype, 'warn')
      .mockImplementation((message: unknown) => void warnings.push(String(message)));
  });
  afterAll(() => void jest.restoreAllMocks());
  afterEach(() => {
    warnings.length = 0;
    process.env['NODE_ENV'] = NODE_ENV;
  });

  async function boot(
    metadata: ModuleMetadata,
    prepare: { express?: unknown; fastify?: unknown } = {},
  ): Promise<void> {
    const module = await Test.createTestingModule(metadata).compile();
    const { express, fastify } = prepare;
    const app =
      fastify === undefined
        ? module.createNestApplication()
        : module.createNestApplication(new FastifyAdapter({ trustProxy: fastify as boolean }));
    try {
      if (express !== undefined)
        (app.getHttpAdapter().getInstance() as { set(name: string, value: unknown): void }).set(
          'trust proxy',
          express,
        );
      await app.init();
    } finally {
      await app.close();
    }
  }
  const proxyWarnings = () => warnings.filter((text) => text.includes('Rate limits count addresses'));

  it.each([
    [{ express: true }, "Express has 'trust proxy': true, which believes"],
    [{ fastify: true }, 'Fastify has trustProxy: true, which believes'],
    [{ fastify: 1 }, 'Fastify has trustProxy: 1, which may yield the address of the proxy'],
  ])('warns of %j', async (prepare, text) => {
    await boot({ imports: [redis({})], controllers: [Routes] }, prepare);
    expect(proxyWarnings()).toEqual([expect.stringContaining(text)]);
  });

  it.each<[string, ModuleMetadata, object]>([
    ['nothing is limited by address', { imports: [] }, { express: true }],
    ['proxies are trusted by address', { controllers: [Routes] }, { express: '10.0.0.0/8' }],
    ['hops are counted, on Express', { controllers: [Routes] }, { express: 2 }],
  ])('does not warn when %s', async (_, metadata, prepare) => {
    await boot({ ...metadata, imports: [redis({})] }, prepare);
    expect(proxyWarnings()).toEqual([]);
  });

  it('does not warn when our own proxies are named, but does for the default alone', async () => {
    const fallback = { default: { limit: 9, ...hour } };
    await boot({ imports: [redis({ ...fallback, trustedProxies: ['10.0.0.0/8'] })] }, { express: true });
    expect(proxyWarnings()).toEqual([]);
    await boot({ imports: [redis(fallback)] }, { express: true });
    expect(proxyWarnings()).toHaveLength(1);
  });

  it('wants a secret in production', async () => {
    process.env['NODE_ENV'] = 'production';
    const booting = boot({ imports: [redis({})], controllers: [Routes] });
    await expect(booting).rejects.toThrow('secret: is missing, and rate limits are used in production');
    const policy = { limit: 9, ...hour };
    for (const options of [{ default: policy }, { policies: { login: policy } }])
      await expect(boot({ imports: [redis(options)] })).rejects.toThrow('secret: is missing');
    await boot({
      imports: [redis({}, { secret: 'a secret for tests, long enough' })],
      controllers: [Routes],
    });
    await boot({ imports: [redis({})] });
  });

  it.each([
    [[], 'fails'],
    [['guards'], 'boots'],
  ] as const)(
    'with fieldResolverEnhancers %j for a limited field %s',
    async (fieldResolverEnhancers, what) => {
      @ObjectType()
      class Book {
        @Field() title!: string;
      }
      @Resolver(() => Book)
      class Books {
        @Query(() => Book) book(): Book {
          return { title: 'a' };
        }
        @ResolveField(() => String) @RateLimit({ limit: 3, ...hour }) review(): string {
          return 'good';
        }
      }
      const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        autoSchemaFile: true,
        fieldResolverEnhancers: [...fieldResolverEnhancers],
      });
      const booting = boot({ imports: [redis({}), graphql], providers: [Books as Type] });
      if (what === 'boots') await booting;
      else await expect(booting).rejects.toThrow('@RateLimit on Books.review: stands on a field');
    },
  );
});
