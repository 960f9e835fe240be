import { randomUUID } from 'node:crypto';
import {
  Controller,
  Get,
  Injectable,
  Param,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tap } from 'rxjs';
import { Cached } from '../../../src/cache/decorators/cached.decorator.js';
import { InvalidateCache } from '../../../src/cache/decorators/invalidate-cache.decorator.js';
import { SuiteEvents } from '../../../src/common/events.js';
import { WithLock } from '../../../src/lock/with-lock.decorator.js';
import { RateLimit } from '../../../src/rate-limit/calls/rate-limit.decorator.js';
import { RedisModule } from '../../../src/redis.module.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { DECORATORS, type DecoratorName } from '../../support/four-decorators.js';
import { openHttpApp, PLATFORMS, type HttpApp } from '../../support/http-app.js';

/** Holds what happened to a request, in order. */
const steps: string[] = [];

@Injectable()
class ClerkGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    steps.push('guard');
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return headers['x-role'] === 'clerk';
  }
}

@Injectable()
class Around implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler) {
    steps.push('interceptor before');
    return next.handle().pipe(tap(() => steps.push('interceptor after')));
  }
}

class ToNumber implements PipeTransform<string, number> {
  transform(text: string): number {
    steps.push('pipe');
    if (text === 'x') throw new TypeError('no number');
    return Number(text);
  }
}

const OURS: Record<DecoratorName, MethodDecorator> = {
  '@Cached': Cached() as MethodDecorator,
  '@InvalidateCache': InvalidateCache({ keys: ['item:{id}'] }) as MethodDecorator,
  '@RateLimit': RateLimit({ name: 'items', limit: 1000, window: '1h' }),
  '@WithLock': WithLock('item:{id}') as MethodDecorator,
};

/** Makes a controller whose decorators stand in the order in which they are given. */
function controller(path: string, [upper, lower]: readonly MethodDecorator[]) {
  @Controller(path)
  class Items {
    @(upper!)
    @UseGuards(ClerkGuard)
    @UseInterceptors(Around)
    @(lower!)
    async find(@Param('id', ToNumber) id: number): Promise<object> {
      steps.push('handler');
      return Promise.resolve({ id });
    }
  }
  Object.defineProperty(Items, 'name', { value: `Items_${path}` });
  return Items;
}

const PLACES = ['above', 'below'] as const;
const CASES = DECORATORS.flatMap((decorator) =>
  PLACES.map((place) => {
    const path = `${decorator.slice(1)}-${place}`;
    const pair = [OURS[decorator], Get(':id')];
    return { decorator, place, path, type: controller(path, place === 'above' ? pair : pair.reverse()) };
  }),
);

/** Is where in a request each decorator does its work; of two guards Nest runs the lower first. */
const EXPECTED: Record<DecoratorName, Record<(typeof PLACES)[number], string[]>> = {
  '@Cached': {
    above: ['guard', 'interceptor before', 'pipe', '@Cached', 'handler', 'interceptor after'],
    below: ['guard', 'interceptor before', 'pipe', '@Cached', 'handler', 'interceptor after'],
  },
  '@InvalidateCache': {
    above: ['guard', 'interceptor before', 'pipe', 'handler', '@InvalidateCache', 'interceptor after'],
    below: ['guard', 'interceptor before', 'pipe', 'handler', '@InvalidateCache', 'interceptor after'],
  },
  '@RateLimit': {
    above: ['guard', '@RateLimit', 'interceptor before', 'pipe', 'handler', 'interceptor after'],
    below: ['@RateLimit', 'guard', 'interceptor before', 'pipe', 'handler', 'interceptor after'],
  },
  '@WithLock': {
    above: ['guard', 'interceptor before', 'pipe', '@WithLock', 'handler', 'interceptor after'],
    below: ['guard', 'interceptor before', 'pipe', '@WithLock', 'handler', 'interceptor after'],
  },
};

describe.each(PLATFORMS)('decorators on controllers of %s', (platform) => {
  let redis: TestRedis;
  let http: HttpApp;

  beforeAll(async () => {
    redis = await startRedis();
    const suite = RedisModule.forRoot({ connection: redis.url, namespace: randomUUID() });
    http = await openHttpApp(platform, { imports: [suite], controllers: CASES.map(({ type }) => type) });
    const events = http.app.get(SuiteEvents);
    events.on('cache:miss', () => steps.push('@Cached'));
    events.on('cache:invalidated', () => steps.push('@InvalidateCache'));
    events.on('rate-limit:allowed', () => steps.push('@RateLimit'));
    events.on('lock:acquired', () => steps.push('@WithLock'));
  });
  afterAll(async () => {
    await http?.close();
    await redis?.stop();
  });

  async function stepsOf(path: string, role: string): Promise<{ status: number; steps: string[] }> {
    steps.length = 0;
    const { status } = await http.send(path, { headers: { 'x-role': role } });
    return { status, steps: [...steps] };
  }

  describe.each(CASES)('$decorator $place @Get', ({ decorator, place, path }) => {
    const expected = EXPECTED[decorator][place];
    const until = (step: string) => expected.slice(0, expected.indexOf(step) + 1);

    it('has its place among guards, interceptors, pipes and the handler', async () => {
      expect(await stepsOf(`/${path}/1`, 'clerk')).toEqual({ status: 200, steps: expected });
    });

    it('does not get to what a guard refuses before it', async () => {
      expect(await stepsOf(`/${path}/2`, 'visitor')).toEqual({ status: 403, steps: until('guard') });
    });

    it('does not get to what a pipe refuses before it', async () => {
      expect(await stepsOf(`/${path}/x`, 'clerk')).toEqual({ status: 500, steps: until('pipe') });
    });
  });

  it('leaves interceptors and guards around a hit', async () => {
    const path = '/Cached-above/7';
    await stepsOf(path, 'clerk');
    const { steps: onHit } = await stepsOf(path, 'clerk');
    expect(onHit).toEqual(['guard', 'interceptor before', 'pipe', 'interceptor after']);
  });
});
