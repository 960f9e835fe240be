import { Readable } from 'node:stream';
import { request as httpRequest } from 'node:http';
import {
  Controller,
  Get,
  Injectable,
  StreamableFile,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { SuiteEvents } from '../../../src/common/events.js';
import { RedisMonitor } from '../../../src/monitoring/redis-monitor.js';
import { RateLimit } from '../../../src/rate-limit/calls/rate-limit.decorator.js';
import { RateLimitService } from '../../../src/rate-limit/rate-limit.service.js';
import type { RateLimitOutcome } from '../../../src/rate-limit/policies/rate-limit-use.options.js';
import { PLATFORMS } from '../../support/http-app.js';
import { patientLimits } from '../../support/limits-module.js';
import { until } from '../../support/until.js';
import { useHybridApp } from '../../support/use-http-app.js';

interface TestRequest {
  readonly headers: Record<string, string | undefined>;
}

const hour = { window: '1h' } as const;
const header = (context: ExecutionContext, name: string) =>
  context.switchToHttp().getRequest<TestRequest>().headers[name];
const byCaller = (context: ExecutionContext) => header(context, 'x-caller') ?? '';
const bySender = (context: ExecutionContext) => context.switchToRpc().getData<{ from: string }>().from;
const outcomes: RateLimitOutcome[] = [];

class Password implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (header(context, 'x-password') === 'wrong at the door') throw new UnauthorizedException();
    return true;
  }
}

@Controller()
class Routes {
  failing: string | undefined;

  @Get('login')
  @UseGuards(Password)
  @RateLimit('login', { key: byCaller })
  login() {
    if (this.failing !== undefined) throw new UnauthorizedException();
    return 'welcome';
  }

  @Get('other')
  @RateLimit([
    { name: 'attempts', limit: 2, ...hour, key: byCaller, count: 'failures' },
    { name: 'rare', limit: 1, ...hour, key: byCaller },
  ])
  other() {
    throw new UnauthorizedException();
  }

  @Get('done')
  @RateLimit({ name: 'done', limit: 2, ...hour, key: byCaller, count: 'successes' })
  done() {
    if (this.failing !== undefined) throw new Error('no');
    return 'done';
  }

  @Get('weighed')
  @RateLimit({
    name: 'weighed',
    limit: 10,
    ...hour,
    key: byCaller,
    cost: 4,
    costAfter: (_, outcome) => {
      outcomes.push(outcome);
      return outcome.failed ? 0 : (outcome.result as { units: number }).units;
    },
  })
  weighed() {
    if (this.failing !== undefined) throw new Error('no');
    return { units: this.units };
  }
  units = 0;

  @Get('sized')
  @RateLimit({
    name: 'sized',
    limit: 1_000_000,
    ...hour,
    key: byCaller,
    costAfter: (_, { bytes = 0 }) => bytes,
  })
  sized() {
    return new StreamableFile(Readable.from([Buffer.alloc(50_000), Buffer.alloc(50_000)]));
  }

  @Get('hanging')
  @RateLimit({ name: 'hanging', limit: 5, ...hour, key: byCaller, count: 'failures' })
  async hanging() {
    this.hung++;
    await this.hang;
    return 'too late';
  }
  hung = 0;
  hang: Promise<void> | undefined;

  @MessagePattern('try')
  @RateLimit({ name: 'try', limit: 2, ...hour, key: bySender, count: 'failures' })
  try({ ok }: { ok: boolean }) {
    if (!ok) throw new Error('no');
    return 'ok';
  }
}

@Injectable()
class Codes {
  @RateLimit({
    name: 'codes',
    limit: 2,
    ...hour,
    key: (call) => call.getArgByIndex<string>(0),
    count: 'failures',
  })
  async check(_: string, code: string): Promise<string> {
    if (code !== 'right') throw new Error('wrong code');
    return Promise.resolve('in');
  }

  @RateLimit({
    name: 'sum',
    limit: 9,
    ...hour,
    key: () => 'all',
    costAfter: (_, { result }) => result as number,
  })
  async sum(n: number): Promise<number> {
    return Promise.resolve(n);
  }
}

describe.each(PLATFORMS)('limits that look at how calls end, on %s', (platform) => {
  const http = useHybridApp({
    platform,
    metadata: (server) => ({
      imports: [patientLimits(server, { policies: { login: { limit: 3, ...hour, count: 'failures' } } })],
      controllers: [Routes],
      providers: [Codes],
    }),
  });
  let limits: RateLimitService;
  let routes: Routes;
  beforeAll(() => {
    limits = http.app.get(RateLimitService);
    routes = http.app.get(Routes);
  });

  const as = (caller: string, headers = {}) => ({ headers: { 'x-caller': caller, ...headers } });
  const left = async (policy: string, subject: string, limit = 3) =>
    (await limits.peek({ name: policy, limit, ...hour }, subject)).remaining;

  it('count only failures, wherever they happen', async () => {
    routes.failing = undefined;
    for (let i = 0; i < 5; i++) {
      expect((await http.send('/login', as('ann'))).status).toBe(200);
      expect(await left('login', 'ann')).toBe(3);
    }
    routes.failing = 'all';
    expect((await http.send('/login', as('ann'))).status).toBe(401);
    expect((await http.send('/login', as('ann', { 'x-password': 'wrong at the door' }))).status).toBe(401);
    expect(await left('login', 'ann')).toBe(1);
    expect((await http.send('/login', as('ann'))).status).toBe(401);
    expect((await http.send('/login', as('ann'))).status).toBe(429);
  });

  it('let no more through at once than failures are allowed', async () => {
    routes.failing = 'all';
    const answers = await Promise.all(Array.from({ length: 20 }, () => http.send('/login', as('burst'))));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(3);
  });

  it('do not count an attempt that another limit refused', async () => {
    expect((await http.send('/other', as('ann'))).status).toBe(401);
    expect((await http.send('/other', as('ann'))).status).toBe(429);
    expect((await http.send('/other', as('ann'))).status).toBe(429);
    await until(async () => (await left('attempts', 'ann', 2)) === 1);
  });

  it('count only successes', async () => {
    routes.failing = 'all';
    expect((await http.send('/done', as('ann'))).status).toBe(500);
    await until(async () => (await left('done', 'ann', 2)) === 2);
    routes.failing = undefined;
    expect((await http.send('/done', as('ann'))).status).toBe(200);
    expect((await http.send('/done', as('ann'))).status).toBe(200);
    expect((await http.send('/done', as('ann'))).status).toBe(429);
  });

  it('weigh calls by what they answered, and never beyond the limit', async () => {
    routes.failing = undefined;
    routes.units = 1;
    outcomes.length = 0;
    expect((await http.send('/weighed', as('ann'))).headers.get('X-RateLimit-Remaining')).toBe('6');
    await until(async () => (await left('weighed', 'ann', 10)) === 9);
    routes.units = 7;
    await http.send('/weighed', as('ann'));
    await until(async () => (await left('weighed', 'ann', 10)) === 2);
    routes.failing = 'all';
    expect((await http.send('/weighed', as('ann'))).status).toBe(429);
    await limits.refund({ name: 'weighed', limit: 10, ...hour }, 'ann', 4);
    await http.send('/weighed', as('ann'));
    await until(async () => (await left('weighed', 'ann', 10)) === 6);
    routes.failing = undefined;
    routes.units = 100;
    await http.send('/weighed', as('ann'));
    await until(async () => (await left('weighed', 'ann', 10)) === 0);
    expect(outcomes.map(({ failed, status }) => [failed, status])).toEqual([
      [false, 200],
      [false, 200],
      [true, 500],
      [false, 200],
    ]);
  });

  it('weigh calls by the size of their answers', async () => {
    expect((await http.send('/sized', as('ann'))).text).toHaveLength(100_000);
    await until(async () => (await left('sized', 'ann', 1_000_000)) < 900_000);
    expect(await left('sized', 'ann', 1_000_000)).toBeGreaterThan(890_000);
  });

  it('look at what the handler did when the client did not wait', async () => {
    let release = () => {};
    routes.hang = new Promise((resolve) => (release = resolve));
    const aborted = httpRequest(`${http.url}/hanging`, as('ann')).on('error', () => {});
    aborted.end();
    await until(() => routes.hung > 0);
    aborted.destroy();
    await http.send('/done', as('meanwhile'));
    expect(await left('hanging', 'ann', 5)).toBe(4);
    release();
    await until(async () => (await left('hanging', 'ann', 5)) === 5);
  });

  it('count failures of messages', async () => {
    const send = (ok: boolean) => firstValueFrom(http.client.send<unknown>('try', { from: platform, ok }));
    for (let i = 0; i < 4; i++) expect(await send(true)).toBe('ok');
    await until(async () => (await left('try', platform, 2)) === 2);
    for (let i = 0; i < 2; i++) await expect(send(false)).rejects.toMatchObject({ status: 'error' });
    await expect(send(true)).rejects.toMatchObject({ code: 'E_RATE_LIMIT_EXCEEDED' });
  });

  it('count failures of service methods before they return', async () => {
    const codes = http.app.get(Codes);
    for (let i = 0; i < 4; i++) expect(await codes.check('ann', 'right')).toBe('in');
    for (let i = 0; i < 2; i++) await expect(codes.check('ann', 'guess')).rejects.toThrow('wrong code');
    await expect(codes.check('ann', 'right')).rejects.toThrow("policy 'codes'");
  });

  it('weigh service methods, and tell of a weight that is none', async () => {
    const told: string[] = [];
    http.app.get(SuiteEvents).on('suite:error', ({ error }) => told.push(error.message));
    const codes = http.app.get(Codes);
    expect(await codes.sum(5)).toBe(5);
    expect(await left('sum', 'all', 9)).toBe(4);
    expect(await codes.sum(-1)).toBe(-1);
    expect(told).toEqual([expect.stringContaining('costAfter')]);
    // What is made up for is no further call.
    expect(http.app.get(RedisMonitor).rateLimits()['sum']).toMatchObject({ allowed: 2, denied: 0 });
  });
});
