import type { INestApplicationContext, Type } from '@nestjs/common';
import { CacheService } from '../../src/cache/cache.service.js';
import { Cached } from '../../src/cache/decorators/cached.decorator.js';
import { InvalidateCache } from '../../src/cache/decorators/invalidate-cache.decorator.js';
import { SuiteEvents } from '../../src/common/events.js';
import { WithLock } from '../../src/lock/with-lock.decorator.js';
import { RateLimit } from '../../src/rate-limit/calls/rate-limit.decorator.js';
import { DECORATORS, heldResource, type DecoratorName } from './four-decorators.js';
import { until } from './until.js';

/** Is a handler under one of our decorators, which stands above or below the framework's. */
export interface DecoratedHandler {
  readonly decorator: DecoratorName;
  readonly place: 'above' | 'below';
  /** Names the route, pattern, event, field or job. */
  readonly name: string;
  readonly type: Type;
  /** Holds, for each run, the resource whose lock was held. */
  readonly runs: string[];
}

export interface HandlerKind {
  /** Makes the framework's decorator for a handler of that name. */
  handler(name: string): MethodDecorator;
  /** Is the framework's decorator for the argument. */
  readonly parameter?: ParameterDecorator;
  /** Is what stands on the class. */
  readonly onClass: ClassDecorator;
  /** Is the part of keys that the argument gives; none when there is no argument. @default '{id}' */
  readonly part?: string;
}

/** Makes a handler of one kind for each decorator in each place. */
export function decoratedHandlers(kind: string, options: HandlerKind): DecoratedHandler[] {
  return DECORATORS.flatMap((decorator) =>
    (['above', 'below'] as const).map((place) => {
      const name = `${kind}_${decorator.slice(1)}_${place}`;
      const runs: string[] = [];
      const { part = '{id}' } = options;
      const ours = OURS[decorator](name, part === '' ? name : `${name}:${part}`);
      const theirs = options.handler(name);
      const [upper, lower] = place === 'above' ? [ours, theirs] : [theirs, ours];
      const type = handlerClass({ upper, lower, parameter: options.parameter, name, runs });
      options.onClass(type);
      return { decorator, place, name, type, runs };
    }),
  );
}

const OURS: Record<DecoratorName, (name: string, template: string) => MethodDecorator> = {
  '@Cached': (name, key) => Cached({ key, name }) as MethodDecorator,
  '@InvalidateCache': (_, key) => InvalidateCache({ keys: [key] }) as MethodDecorator,
  '@RateLimit': (name) => RateLimit({ name, limit: 1, window: '1h', key: () => 'all' }),
  '@WithLock': (_, resource) => WithLock(resource) as MethodDecorator,
};

interface HandlerParts {
  readonly upper: MethodDecorator;
  readonly lower: MethodDecorator;
  readonly parameter: ParameterDecorator | undefined;
  readonly name: string;
  readonly runs: string[];
}

function handlerClass({ upper, lower, parameter = () => {}, name, runs }: HandlerParts): Type {
  class Handler {
    @upper
    @lower
    async handle(@parameter id: unknown): Promise<string> {
      runs.push(heldResource());
      return Promise.resolve(`${name} ${JSON.stringify(id)}`);
    }
  }
  return Handler;
}

/** Calls a handler until the effect of its decorator shows; fails when it does not, or when the method ran too often. */
export async function untilAtWork(
  app: INestApplicationContext,
  { decorator, name, runs }: DecoratedHandler,
  { id, call }: { id: string | null; call: () => unknown },
): Promise<void> {
  const cache = app.get(CacheService);
  const key = id === null ? name : `${name}:${id}`;
  if (decorator === '@InvalidateCache') await cache.set(key, 'a value');
  let refused = 0;
  const stop = app.get(SuiteEvents).on('rate-limit:denied', ({ policy }) => {
    if (policy === name) refused++;
  });
  const effects: Record<DecoratorName, () => boolean | Promise<boolean>> = {
    '@Cached': () => (cache.stats().caches[name]?.hits ?? 0) > 0 && runs.length === 1,
    '@InvalidateCache': async () => runs.length > 0 && !(await cache.has(key)),
    '@RateLimit': () => refused > 0 && runs.length === 1,
    '@WithLock': () => runs.includes(key),
  };
  await until(async () => {
    await call();
    return effects[decorator]();
  });
  stop();
}
