import { randomUUID } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { LockBusyError } from '../../../src/lock/lock.errors.js';
import { LockService } from '../../../src/lock/lock.service.js';
import { WithLock } from '../../../src/lock/with-lock.decorator.js';
import { RedisModule } from '../../../src/redis.module.js';
import { openSocket } from '../../support/socket-client.js';
import { useHybridApp } from '../../support/use-http-app.js';

@WebSocketGateway()
class Rooms {
  @SubscribeMessage('enter')
  @WithLock('room', { onBusy: 'throw' })
  async enter(): Promise<{ event: string; data: string }> {
    return Promise.resolve({ event: 'entered', data: 'ok' });
  }
}

@Controller()
class Messages {
  @WithLock('room', { wait: 20 })
  @MessagePattern('enter')
  async enter(): Promise<string> {
    return Promise.resolve('ok');
  }

  /** Throws a lock's error of its own, not for its caller to see. */
  @MessagePattern('inner')
  @WithLock('other')
  async inner(): Promise<string> {
    return Promise.reject(new LockBusyError('secret'));
  }
}

describe('@WithLock on handlers beyond HTTP', () => {
  const messages = useHybridApp({
    platform: 'Express',
    metadata: (server) => ({
      imports: [RedisModule.forRoot({ connection: server.url, namespace: randomUUID() })],
      controllers: [Messages],
      providers: [Rooms],
    }),
  });

  const hold = () => messages.app.get(LockService).acquire('room');

  it('tells a WebSocket client that the lock is held', async () => {
    const socket = await openSocket(messages);
    expect(await socket.ask('enter')).toEqual({ event: 'entered', data: 'ok' });
    await using _ = await hold();
    expect(await socket.ask('enter')).toEqual({
      event: 'exception',
      data: { status: 'error', code: 'E_LOCK_BUSY', message: expect.stringContaining('try again') },
    });
    socket.close();
  });

  it('tells the client of a microservice that the lock did not become free', async () => {
    const send = (pattern: string) => firstValueFrom(messages.client.send<unknown>(pattern, {}));
    expect(await send('enter')).toBe('ok');
    await using _ = await hold();
    await expect(send('enter')).rejects.toEqual({
      status: 'error',
      code: 'E_LOCK_TIMEOUT',
      message: expect.stringContaining('try again'),
    });
    await expect(send('inner')).rejects.toEqual({ status: 'error', message: 'Internal server error' });
  });
});
