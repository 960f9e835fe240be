import { Get, Next, Req, Res } from '@nestjs/common';
import { Context, Info, Parent, Query, ResolveField } from '@nestjs/graphql';
import { ConnectedSocket, SubscribeMessage } from '@nestjs/websockets';
import { describe, expect, it } from '@jest/globals';
import { Cached } from '../../../src/cache/decorators/cached.decorator.js';
import { InvalidateCache } from '../../../src/cache/decorators/invalidate-cache.decorator.js';
import { InvalidOptionsError } from '../../../src/common/errors.js';

function defineCached(options: unknown): () => unknown {
  return () => {
    class Users {
      @Cached(options as { ttl: '1h' })
      async find(id: string): Promise<string> {
        return Promise.resolve(id);
      }
    }
    return Users;
  };
}

function defineInvalidating(options: unknown): () => unknown {
  return () => {
    class Users {
      @InvalidateCache(options as { tags: [] })
      async update(id: string): Promise<string> {
        return Promise.resolve(id);
      }
    }
    return Users;
  };
}

describe('@Cached at class definition', () => {
  it.each([
    [{ tll: '1h' }, /@Cached on Users\.find[^]*tll: is no option here/],
    [{ ttl: '1 hour' }, /ttl: must be a positive number of milliseconds/],
    [{ ttl: -5 }, /ttl: must be/],
    ['soon', /ttl: must be/],
    [{ jitter: 2 }, /jitter: must be a number from 0 to 1/],
    [{ key: 'user:{name}' }, /\{name\}/],
    [{ key: 'user:{1}' }, /\{1\}/],
    [{ key: 'user:{result.id}' }, /result/],
    [{ key: 5 }, /key: must be a template/],
    [{ tags: ['user:{name}'] }, /tags/],
    [{ tags: 'users' }, /tags: must be a list/],
    [{ entity: 'user' }, /entity: must be the name of an entity and its id/],
    [{ entity: ['user'] }, /entity: must be/],
    [{ entity: ['user', ''] }, /entity: must be/],
    [{ entity: ['user', '{name}'] }, /entity: the template '\{name\}'/],
    [{ condition: true }, /condition: must be a function/],
    [{ codec: { name: 'x' } }, /codec: must be a codec/],
    [{ name: ' ' }, /name: must be/],
  ])('refuses %j', (options, message) => {
    expect(defineCached(options)).toThrow(InvalidOptionsError);
    expect(defineCached(options)).toThrow(message);
  });

  it('refuses handlers that answer by themselves, or take the whole request without a key', () => {
    const response = () => {
      class Answers {
        @Get()
        @Cached({ key: 'x' })
        async find(@Res() _response: unknown): Promise<void> {
          await Promise.resolve();
        }
      }
      return Answers;
    };
    const next = () => {
      class Answers {
        @Cached({ key: 'x' })
        async find(@Next() _next: unknown): Promise<void> {
          await Promise.resolve();
        }
      }
      return Answers;
    };
    const whole = () => {
      class Answers {
        @Cached()
        @Get()
        async find(@Req() _request: unknown): Promise<void> {
          await Promise.resolve();
        }
      }
      return Answers;
    };
    expect(response).toThrow(/Answers\.find: has @Res\(\).*passthrough: true/);
    expect(next).toThrow(/has @Next\(\)/);
    expect(whole).toThrow(/has @Req\(\).*say what tells calls apart by 'key'/);
  });
});

describe('@Cached on handlers beyond HTTP, at class definition', () => {
  const define = (cached: unknown, handler: unknown, parameter: unknown) => () => {
    class Answers {
      @(cached as MethodDecorator)
      @(handler as MethodDecorator)
      async find(@(parameter as ParameterDecorator) _argument: object): Promise<string> {
        return Promise.resolve('');
      }
    }
    return Answers;
  };
  const query = Query(() => String);
  const field = ResolveField(() => String);

  it.each([
    ['@Context()', query, Context()],
    ['@Info()', field, Info()],
    ['@ConnectedSocket()', SubscribeMessage('find'), ConnectedSocket()],
  ])('refuses %s without a key', (name, handler, parameter) => {
    expect(define(Cached(), handler, parameter)).toThrow(
      `Answers.find: has ${name}, which cannot be part of a key; say what tells calls apart by 'key'`,
    );
    expect(define(Cached({ key: 'x' }), handler, parameter)).not.toThrow();
  });

  it('takes @Parent() as the data that it is', () => {
    expect(define(Cached(), field, Parent())).not.toThrow();
  });

  it.each([
    ['@Parent()', Cached(), Parent()],
    ['@Context()', Cached({ key: 'x' }), Context()],
    ['@Info()', Cached({ key: 'x' }), Info()],
  ])('says where to stand when it cannot know that %s is meant', (_, cached, parameter) => {
    expect(define(query, cached, parameter)).toThrow(
      'in a resolver, put @Cached above @Query or @ResolveField',
    );
  });
});

describe('@Cached on methods named by symbols', () => {
  const define = (options: { key?: string }) => () => {
    const [one, other] = [Symbol('find'), Symbol('find')];
    class Users {
      async [one](): Promise<void> {
        await Promise.resolve();
      }
      @Cached(options)
      async [other](): Promise<void> {
        await Promise.resolve();
      }
    }
    return Users;
  };

  it('refuses two that read alike, unless there is a key', () => {
    expect(define({})).toThrow(/Users\.Symbol\(find\): has a name that another method's symbol repeats/);
    expect(define({ key: 'x' })).not.toThrow();
  });
});

describe('@InvalidateCache at class definition', () => {
  it.each([
    [{}, /keys: or tags, entity or patterns must say what to invalidate/],
    [{ key: ['a'] }, /key: is no option here/],
    [{ keys: 'user:{id}' }, /keys: must be a list of templates or a function/],
    [{ keys: ['user:{name}'] }, /\{name\}/],
    [{ keys: ['user:{result.id}'], when: 'before' }, /result/],
    [{ tags: ['users'], when: 'later' }, /when: must be one of 'after', 'before'/],
    [{ entity: ['user', 5] }, /entity: must be the name of an entity and its id/],
    [{ entity: ['user', '{result}'], when: 'before' }, /result/],
    [{ entity: ['user', '{id}'], action: 'drop' }, /action: must be one of 'create', 'update', 'delete'/],
    [{ tags: ['users'], action: 'delete' }, /action: must be left out without 'entity'/],
  ])('refuses %j', (options, message) => {
    expect(defineInvalidating(options)).toThrow(InvalidOptionsError);
    expect(defineInvalidating(options)).toThrow(message);
  });
});
