import { randomUUID } from 'node:crypto';
import { Controller, Get, Injectable, Module, Param } from '@nestjs/common';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
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
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Payload,
  Transport,
  type ClientProxy,
} from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { Cron, Interval, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { WebSocket } from 'ws';
import { RedisModule } from '../../../src/redis.module.js';
import { findFreePort } from '../../../src/testing/free-port.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { decoratedHandlers, untilAtWork } from '../../support/decorated-handlers.js';
import { openHttpApp, type HttpApp } from '../../support/http-app.js';

@ObjectType()
class Item {
  @Field() name!: string;
}

@Resolver(() => Item)
class Items {
  @Query(() => Item)
  item(): Item {
    return { name: 'lamp' };
  }
}

const text = () => String;

const HANDLERS = {
  route: decoratedHandlers('route', {
    handler: (name) => Get(`${name}/:id`),
    parameter: Param('id'),
    onClass: Controller(),
  }),
  message: decoratedHandlers('message', {
    handler: (name) => MessagePattern(name),
    parameter: Payload(),
    onClass: Controller(),
  }),
  event: decoratedHandlers('event', {
    handler: (name) => EventPattern(name) as MethodDecorator,
    parameter: Payload(),
    onClass: Controller(),
  }),
  socket: decoratedHandlers('socket', {
    handler: (name) => SubscribeMessage(name),
    parameter: MessageBody(),
    onClass: WebSocketGateway(),
  }),
  query: decoratedHandlers('query', {
    handler: (name) => Query(text, { name }),
    parameter: Args('id', { type: text }),
    onClass: Resolver(),
  }),
  field: decoratedHandlers('field', {
    handler: (name) => ResolveField(name, text),
    parameter: Parent(),
    onClass: Resolver(() => Item),
    part: '{id.name}',
  }),
  listener: decoratedHandlers('listener', {
    handler: (name) => OnEvent(name),
    onClass: Injectable(),
  }),
  cron: decoratedHandlers('cron', {
    handler: (name) => Cron('0 0 1 1 *', { name }),
    onClass: Injectable(),
    part: '',
  }),
  interval: decoratedHandlers('interval', {
    handler: (name) => Interval(name, 20),
    onClass: Injectable(),
    part: '',
  }),
};
type Kind = keyof typeof HANDLERS;

const typesOf = (...kinds: Kind[]) => kinds.flatMap((kind) => HANDLERS[kind]).map(({ type }) => type);

@Module({ providers: [Items, ...typesOf('query', 'field')] })
class ResolversModule {}

describe('decorated handlers', () => {
  let redis: TestRedis;
  let http: HttpApp;
  let client: ClientProxy;
  let socket: WebSocket;

  beforeAll(async () => {
    redis = await startRedis();
    const tcp = {
      transport: Transport.TCP as const,
      options: { host: '127.0.0.1', port: await findFreePort() },
    };
    const imports = [
      RedisModule.forRoot({ connection: redis.url, namespace: randomUUID() }),
      GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        autoSchemaFile: true,
        fieldResolverEnhancers: ['guards'],
      }),
      EventEmitterModule.forRoot(),
      ScheduleModule.forRoot(),
      ResolversModule,
    ];
    const controllers = typesOf('route', 'message', 'event');
    const providers = typesOf('socket', 'listener', 'cron', 'interval');
    http = await openHttpApp('Express', { imports, controllers, providers }, (app) => {
      app.useWebSocketAdapter(new WsAdapter(app));
      app.connectMicroservice(tcp);
    });
    await http.app.startAllMicroservices();
    client = ClientProxyFactory.create(tcp);
    socket = new WebSocket(http.url.replace('http', 'ws'));
    await new Promise((resolve) => socket.once('open', resolve));
  });
  afterAll(async () => {
    socket?.close();
    client?.close();
    await http?.close();
    await redis?.stop();
  });

  async function overSocket(event: string): Promise<unknown> {
    const answer = new Promise<string>((resolve) =>
      socket.once('message', (data: Buffer) => resolve(data.toString())),
    );
    socket.send(JSON.stringify({ event, data: '7' }));
    const { data } = JSON.parse(await answer) as { data: unknown };
    return data;
  }

  async function overGraphql(query: string): Promise<Record<string, unknown> | null> {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    };
    return ((await http.send('/graphql', init)).body as { data: Record<string, unknown> | null }).data;
  }

  /** Calls a handler by its transport; answers what comes back, if anything does. */
  const calls: Record<Kind, (name: string) => unknown> = {
    route: async (name) => (await http.send(`/${name}/7`)).text,
    message: (name) => firstValueFrom(client.send<unknown>(name, '7')).catch(() => 'refused'),
    event: (name) => firstValueFrom(client.emit(name, '7'), { defaultValue: null }),
    socket: overSocket,
    query: async (name) => (await overGraphql(`{ ${name}(id: "7") }`))?.[name],
    field: async (name) => (await overGraphql(`{ item { ${name} } }`))?.['item'],
    listener: (name) => http.app.get(EventEmitter2).emit(name, '7'),
    cron: (name) => http.app.get(SchedulerRegistry).getCronJob(name).fireOnTick(),
    interval: () => undefined,
  };

  const ARGUMENTS: Record<Kind, string | null> = {
    ...{ route: '7', message: '7', event: '7', socket: '7', query: '7', field: 'lamp', listener: '7' },
    ...{ cron: null, interval: null },
  };

  describe.each(Object.keys(HANDLERS) as Kind[])('that are a %s', (kind) => {
    it.each(HANDLERS[kind])('are under $decorator $place', async (handler) => {
      const answers: unknown[] = [];
      const call = async () => answers.push(await calls[kind](handler.name));
      await untilAtWork(http.app, handler, { id: ARGUMENTS[kind], call });
      const answer = `${handler.name} "7"`;
      if (['route', 'message', 'query'].includes(kind)) expect(answers[0]).toBe(answer);
      if (kind === 'field') expect(answers[0]).toEqual({ [handler.name]: `${handler.name} {"name":"lamp"}` });
    });
  });
});
