import { Get, Sse } from '@nestjs/common';
import { Mutation, Query, ResolveField, ResolveReference, Subscription } from '@nestjs/graphql';
import { EventPattern, GrpcMethod, MessagePattern } from '@nestjs/microservices';
import { Cron } from '@nestjs/schedule';
import { SubscribeMessage } from '@nestjs/websockets';
import { describe, expect, it } from '@jest/globals';
import { hasHandlers, isHandler } from '../../../src/rate-limit/calls/handler-metadata.js';

type OnMethod = (target: object, key: string, descriptor: TypedPropertyDescriptor<() => number>) => void;

describe('isHandler', () => {
  const onMethod = (decorator: OnMethod) => {
    class Some {
      @decorator method() {
        return 1;
      }
    }
    return Some;
  };

  const decorators: Record<string, OnMethod> = {
    '@Get': Get('x'),
    '@Sse': Sse('x'),
    '@SubscribeMessage': SubscribeMessage('x'),
    '@MessagePattern': MessagePattern('x'),
    '@EventPattern': EventPattern({ topic: 'x' }),
    '@GrpcMethod': GrpcMethod('Service'),
    '@Query': Query(() => String),
    '@Mutation': Mutation(() => String),
    '@Subscription': Subscription(() => String),
    '@ResolveField': ResolveField(() => String),
    '@ResolveReference': ResolveReference(),
  };

  it.each(Object.entries(decorators))('knows a method under %s', (_, decorator) => {
    const type = onMethod(decorator);
    expect(isHandler(type.prototype.method)).toBe(true);
    expect(hasHandlers(class extends type {})).toBe(true);
  });

  it('takes any other method for one of a service', () => {
    const type = onMethod(Cron('0 0 * * *'));
    expect([isHandler(type.prototype.method), hasHandlers(type), isHandler(undefined)]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
