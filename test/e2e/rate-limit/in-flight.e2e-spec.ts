import { request as httpRequest, type IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { once } from 'node:events';
import {
  Controller,
  ForbiddenException,
  Get,
  Injectable,
  Sse,
  StreamableFile,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { firstValueFrom, Subject } from 'rxjs';
import { RateLimit } from '../../../src/rate-limit/calls/rate-limit.decorator.js';
import { RateLimitExceededError } from '../../../src/rate-limit/rate-limit.errors.js';
import { RateLimitService } from '../../../src/rate-limit/rate-limit.service.js';
import { PLATFORMS } from '../../support/http-app.js';
import { patientLimits } from '../../support/limits-module.js';
import { until } from '../../support/until.js';
import { useHybridApp } from '../../support/use-http-app.js';

const byCaller = (context: ExecutionContext) =>
  context.switchToHttp().getRequest<{ headers: Record<string, string> }>().headers['x-caller'] ?? '';

class Closed implements CanActivate {
  canActivate(): boolean {
    throw new ForbiddenException();
  }
}

/** Lets handlers wait for the test. */
class Gate {
  readonly #waiting: (() => void)[] = [];
  get inside(): number {
    return this.#waiting.length;
  }
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  open(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

const gate = new Gate();

@Controller()
class Routes {
  readonly streams: PassThrough[] = [];
  readonly events = new Subject<{ data: string }>();

  @Get('export') @RateLimit('export', { key: byCaller }) async export() {
    await gate.wait();
    return 'exported';
  }
  @Get('failing') @RateLimit('export', { key: byCaller }) failing() {
    throw new ForbiddenException();
  }
  @Get('closed') @UseGuards(Closed) @RateLimit('export', { key: byCaller }) closed() {
    return 'never';
  }
  @Get('stream') @RateLimit({ name: 'stream', concurrency: 1, key: byCaller }) stream() {
    const stream = new PassThrough();
    this.streams.push(stream);
    stream.write('begun');
    return new StreamableFile(stream);
  }
  @Sse('events') @RateLimit({ name: 'events', concurrency: 1, key: byCaller }) sse() {
    return this.events;
  }
  @Get('mixed')
  @RateLimit([
    { name: 'mixed', limit: 9, window: '1h', key: byCaller },
    { name: 'one', concurrency: 1, key: byCaller },
  ])
  mixed() {
    return 'ok';
  }
  @Get('watched')
  @RateLimit({ name: 'watched', concurrency: 1, shadow: true, key: byCaller })
  async watched() {
    await gate.wait();
    return 'ok';
  }
  @MessagePattern('work')
  @RateLimit({ name: 'work', concurrency: 1, key: () => 'all' })
  async work() {
    await gate.wait();
    return 'worked';
  }
}

@Controller('whole')
@RateLimit({ name: 'whole', concurrency: 1, key: byCaller })
class Whole {
  @Get('a') async a() {
    await gate.wait();
    return 'a';
  }
  @Get('b') b() {
    return 'b';
  }
}

@Injectable()
class Reports {
  @RateLimit('report', { key: (call) => call.getArgByIndex<string>(0) })
  async make(_: string): Promise<string> {
    await gate.wait();
    return 'report';
  }
}

describe.each(PLATFORMS)('limits of calls in flight on %s', (platform) => {
  const http = useHybridApp({
    platform,
    metadata: (server) => ({
      imports: [
        patientLimits(server, {
          policies: { export: { concurrency: 2 }, report: { concurrency: 1, lease: '5s' } },
        }),
      ],
      controllers: [Routes, Whole],
      providers: [Reports],
    }),
  });
  let limits: RateLimitService;
  beforeAll(() => {
    limits = http.app.get(RateLimitService);
  });

  const as = (caller: string) => ({ headers: { 'x-caller': caller } });
  const left = async (name: string, subject: string, concurrency = 1) =>
    (await limits.peek({ name, concurrency }, subject)).remaining;

  it('refuse what exceeds them, tell how they stand, and end with the answer', async () => {
    const first = [http.send('/export', as('ann')), http.send('/export', as('ann'))];
    await until(() => gate.inside === 2);
    const refused = await http.send('/export', as('ann'));
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('1');
    expect(refused.headers.get('RateLimit-Policy')).toBe('"export";q=2;qu="concurrent-requests"');
    expect(refused.headers.get('RateLimit')).toBe('"export";r=0');
    expect(refused.body).toMatchObject({ code: 'E_RATE_LIMIT_EXCEEDED', 'violated-policies': ['export'] });
    gate.open();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
    await until(async () => (await left('export', 'ann', 2)) === 2);
    const next = http.send('/export', as('ann'));
    await until(() => gate.inside === 1);
    gate.open();
    expect((await next).headers.get('RateLimit')).toBe('"export";r=1');
  });

  it('end when a handler fails, and never begin when a guard refuses', async () => {
    for (let i = 0; i < 3; i++) {
      expect((await http.send('/failing', as('bob'))).status).toBe(403);
      expect((await http.send('/closed', as('bob'))).status).toBe(403);
      await until(async () => (await left('export', 'bob', 2)) === 2);
    }
  });

  async function openRequest(path: string): Promise<IncomingMessage> {
    const request = httpRequest(http.url + path, as('ann')).on('error', () => {});
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.on('error', () => {});
    return response;
  }

  it('last as long as a stream, and end with it', async () => {
    const response = await openRequest('/stream');
    expect((await http.send('/stream', as('ann'))).status).toBe(429);
    http.app.get(Routes).streams.at(-1)?.end();
    response.resume();
    await until(async () => (await left('stream', 'ann')) === 1);
  });

  it.each(['stream', 'events'])('end when the client of /%s goes away', async (path) => {
    const response = await openRequest(`/${path}`);
    await until(async () => (await left(path, 'ann')) === 0);
    expect((await http.send(`/${path}`, as('ann'))).status).toBe(429);
    response.destroy();
    await until(async () => (await left(path, 'ann')) === 1);
  });

  it('count work, not sockets: a client that goes away does not make room for more of it', async () => {
    const request = httpRequest(`${http.url}/export`, as('gone')).on('error', () => {});
    request.end();
    await until(() => gate.inside === 1);
    request.destroy();
    await http.send('/mixed', as('meanwhile'));
    expect(await left('export', 'gone', 2)).toBe(1);
    gate.open();
    await until(async () => (await left('export', 'gone', 2)) === 2);
  });

  it('stand beside limits in windows', async () => {
    const { headers } = await http.send('/mixed', as('ann'));
    expect(headers.get('RateLimit')).toBe('"one";r=0, "mixed";r=8;t=3600');
  });

  it('only watch in shadow', async () => {
    const both = [http.send('/watched', as('ann')), http.send('/watched', as('ann'))];
    await until(() => gate.inside === 2);
    gate.open();
    for (const { status, headers } of await Promise.all(both))
      expect([status, headers.get('RateLimit')]).toEqual([200, null]);
  });

  it('hold for all handlers of a class together', async () => {
    const first = http.send('/whole/a', as('ann'));
    await until(() => gate.inside === 1);
    expect((await http.send('/whole/b', as('ann'))).status).toBe(429);
    gate.open();
    await first;
    await until(async () => (await left('whole', 'ann')) === 1);
    expect((await http.send('/whole/b', as('ann'))).status).toBe(200);
  });

  it('hold for messages', async () => {
    const send = () => firstValueFrom(http.client.send<unknown>('work', {}));
    const first = send();
    await until(() => gate.inside === 1);
    await expect(send()).rejects.toMatchObject({ code: 'E_RATE_LIMIT_EXCEEDED', limit: 1 });
    gate.open();
    expect(await first).toBe('worked');
    expect(await left('work', 'all')).toBe(1);
  });

  it('hold for service methods, and by hand', async () => {
    const reports = http.app.get(Reports);
    const first = reports.make('ann');
    await until(() => gate.inside === 1);
    await expect(reports.make('ann')).rejects.toThrow(RateLimitExceededError);
    await expect(limits.acquire('report', 'ann')).rejects.toThrow(RateLimitExceededError);
    gate.open();
    expect(await first).toBe('report');
    expect(await limits.withPermit('report', 'ann', () => 'mine')).toBe('mine');
    expect(await limits.peek('report', 'ann')).toMatchObject({ allowed: true, remaining: 1 });
  });

  it('are not taken for limits in windows', async () => {
    await expect(limits.consume('report', 'ann')).rejects.toThrow('use `acquire` or `withPermit`');
    await expect(limits.acquire({ concurrency: 0 }, 'ann')).rejects.toThrow('concurrency: must be');
    await expect(limits.acquire({ concurrency: 1, lease: 10 }, 'ann')).rejects.toThrow('at least 1 second');
  });
});
