import { Controller, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import {
  Args,
  Field,
  GraphQLModule,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { RateLimit } from '../../../src/rate-limit/calls/rate-limit.decorator.js';
import { RateLimitGuard } from '../../../src/rate-limit/calls/rate-limit.guard.js';
import { PLATFORMS } from '../../support/http-app.js';
import { patientLimits } from '../../support/limits-module.js';
import { openSocket } from '../../support/socket-client.js';
import { useHybridApp } from '../../support/use-http-app.js';

const hour = { window: '1h' } as const;

@ObjectType()
class Book {
  @Field() title!: string;
}

@Resolver(() => Book)
class Books {
  @Query(() => [Book])
  @RateLimit({ name: 'books', limit: 2, ...hour })
  books(): Book[] {
    return [{ title: 'a' }, { title: 'b' }];
  }

  @Query(() => Book)
  book(@Args('title') title: string): Book {
    return { title };
  }

  @ResolveField(() => String)
  @RateLimit({ name: 'reviews', limit: 3, ...hour })
  review(@Parent() book: Book): string {
    return `${book.title} is good`;
  }
}

@Module({ providers: [Books] })
class BooksModule {}

@WebSocketGateway()
class Chat {
  @SubscribeMessage('say')
  @RateLimit({ name: 'say', limit: 1, ...hour })
  say(): { event: string; data: string } {
    return { event: 'said', data: 'ok' };
  }
}

@Controller()
class Messages {
  readonly events: string[] = [];

  @MessagePattern('sum')
  @RateLimit({
    name: 'sum',
    limit: 1,
    ...hour,
    key: (call) => call.switchToRpc().getData<{ from: string }>().from,
  })
  sum(): number {
    return 3;
  }

  @MessagePattern('by-address')
  @RateLimit({ name: 'tcp', limit: 1, ...hour })
  byAddress(): string {
    return 'ok';
  }

  @EventPattern('happened')
  @RateLimit({ name: 'event', limit: 1, ...hour, key: () => 'everybody' })
  happened(data: string): void {
    this.events.push(data);
  }
}

interface GraphqlError {
  message: string;
  path: string[];
  extensions: Record<string, unknown>;
}

describe.each(PLATFORMS)('rate limits beyond plain HTTP on %s', (platform) => {
  const http = useHybridApp({
    platform,
    metadata: (server) => ({
      imports: [
        patientLimits(server, { default: { limit: 100, ...hour } }),
        GraphQLModule.forRoot<ApolloDriverConfig>({
          driver: ApolloDriver,
          autoSchemaFile: true,
          fieldResolverEnhancers: ['guards'],
          // On Fastify the request does not know its reply.
          ...(platform === 'Fastify' && { context: (_: unknown, reply: unknown) => ({ reply }) }),
        }),
        BooksModule,
      ],
      controllers: [Messages],
      providers: [Chat, { provide: APP_GUARD, useClass: RateLimitGuard }],
    }),
  });

  async function query(text: string): Promise<{ data: unknown; errors?: GraphqlError[]; headers: Headers }> {
    const { body, headers } = await http.send('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: text }),
    });
    return { ...(body as { data: unknown; errors?: GraphqlError[] }), headers };
  }

  it('refuses a GraphQL query with an error of its own, and sets headers', async () => {
    const { headers } = await query('{ books { title } }');
    expect(headers.get('RateLimit')).toMatch(/^"books";r=1;t=3600, "default";r=\d+;t=3600$/);
    const { data, errors } = await query('{ one: books { title } two: books { title } }');
    expect(data).toBeNull();
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatchObject({
      path: ['two'],
      extensions: { code: 'E_RATE_LIMIT_EXCEEDED', violatedPolicies: ['books'], limit: 2 },
    });
    expect(errors?.[0]?.extensions['retryAfterMs']).toBeGreaterThan(3_590_000);
  });

  it('limits a field of a GraphQL object, and counts the default only at the root', async () => {
    const { data, headers } = await query(
      '{ a: book(title: "a") { review } b: book(title: "b") { review } }',
    );
    expect(data).toEqual({ a: { review: 'a is good' }, b: { review: 'b is good' } });
    const left = (text: string | null) => Number(/"default";r=(\d+)/.exec(text ?? '')?.[1]);
    const { errors, headers: later } = await query(
      '{ a: book(title: "a") { review } b: book(title: "b") { review title } }',
    );
    expect(errors?.[0]).toMatchObject({ extensions: { violatedPolicies: ['reviews'] } });
    expect(left(headers.get('RateLimit')) - left(later.get('RateLimit'))).toBe(2);
  });

  it('refuses a WebSocket message with a WsException', async () => {
    const socket = await openSocket(http);
    expect(await socket.ask('say', 'hello')).toEqual({ event: 'said', data: 'ok' });
    expect(await socket.ask('say', 'hello')).toMatchObject({
      event: 'exception',
      data: { status: 'error', code: 'E_RATE_LIMIT_EXCEEDED', violatedPolicies: ['say'], limit: 1 },
    });
    socket.close();
  });

  it('refuses a message with an RpcException, by key function and by address', async () => {
    const send = (pattern: string, from: string) =>
      firstValueFrom(http.client.send<unknown>(pattern, { from }));
    expect(await send('sum', 'ann')).toBe(3);
    await expect(send('sum', 'ann')).rejects.toMatchObject({
      code: 'E_RATE_LIMIT_EXCEEDED',
      violatedPolicies: ['sum'],
    });
    expect(await send('sum', 'bob')).toBe(3);
    expect(await send('by-address', 'ann')).toBe('ok');
    await expect(send('by-address', 'bob')).rejects.toMatchObject({ violatedPolicies: ['tcp'] });
  });

  it('drops an event beyond the limit', async () => {
    for (const data of ['first', 'second'])
      await firstValueFrom(http.client.emit('happened', data), { defaultValue: null });
    await firstValueFrom(http.client.send<unknown>('sum', { from: 'afterwards' }));
    expect(http.app.get(Messages).events).toEqual(['first']);
  });
});
