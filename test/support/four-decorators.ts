import type { INestApplicationContext } from '@nestjs/common';
import { CacheService } from '../../src/cache/cache.service.js';
import { Cached } from '../../src/cache/decorators/cached.decorator.js';
import { InvalidateCache } from '../../src/cache/decorators/invalidate-cache.decorator.js';
import { currentLock } from '../../src/lock/lock-context.js';
import { WithLock } from '../../src/lock/with-lock.decorator.js';
import { RateLimit } from '../../src/rate-limit/calls/rate-limit.decorator.js';

export const DECORATORS = ['@Cached', '@InvalidateCache', '@RateLimit', '@WithLock'] as const;
export type DecoratorName = (typeof DECORATORS)[number];

/** Has a method under each decorator; what they answer tells whether it was at work. */
export abstract class Decorated {
  static runs = 0;

  @Cached({ key: 'cached:{id}' })
  async cached(id: string): Promise<number> {
    await Promise.resolve(id);
    return ++Decorated.runs;
  }

  @InvalidateCache({ keys: ['kept:{id}', 'cached:{id}'] })
  async invalidating(id: string): Promise<string> {
    return Promise.resolve(id);
  }

  @RateLimit({ limit: 1, window: '1h', key: (call) => call.getArgByIndex<string>(0) })
  async limited(id: string): Promise<string> {
    return Promise.resolve(id);
  }

  @WithLock('locked:{id}')
  async locked(id: string): Promise<string> {
    await Promise.resolve(id);
    return heldResource();
  }
}

/** Calls a method by another name, so that the decorators are reached through `this`. */
export type Caller = (instance: Decorated, method: 'cached' | 'invalidating' | 'limited' | 'locked') => Call;
type Call = (id: string) => Promise<unknown>;

const directly: Caller = (instance, method) => (id) => instance[method](id);

/** Tells whether a decorator is at work on an instance, in the application that should own it. */
export async function isAtWork(
  decorator: DecoratorName,
  { instance, app, id, call = directly }: Probe,
): Promise<boolean> {
  const cache = app.get(CacheService);
  switch (decorator) {
    case '@Cached': {
      const [first, second] = [await call(instance, 'cached')(id), await call(instance, 'cached')(id)];
      return first === second && (await cache.has(['cached', id]));
    }
    case '@InvalidateCache':
      await cache.set(['kept', id], 'a value');
      await call(instance, 'invalidating')(id);
      return !(await cache.has(['kept', id]));
    case '@RateLimit': {
      await call(instance, 'limited')(id);
      const refused: unknown = await call(instance, 'limited')(id).catch((error: unknown) => error);
      return (refused as { code?: string }).code === 'E_RATE_LIMIT_EXCEEDED';
    }
    case '@WithLock':
      return (await call(instance, 'locked')(id)) === `locked:${id}`;
  }
}

export interface Probe {
  readonly instance: Decorated;
  readonly app: INestApplicationContext;
  readonly id: string;
  readonly call?: Caller;
}

/** Names the resource whose lock is held; `'none'` when none is. */
export function heldResource(): string {
  try {
    return currentLock().resource;
  } catch {
    return 'none';
  }
}
