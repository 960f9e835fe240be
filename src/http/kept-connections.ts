import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Is how long a connection may stay idle behind an answer: who goes on asking meanwhile is answered, and told. */
const IDLE_MS = 500;

/**
 * Ends the connections that HTTP clients keep, once the application shuts down: each with its next answer, or behind the
 * one that is under way. Otherwise a client would keep the server open, and with it the locks and all else that is given
 * back when the last request is answered: one that goes on asking for ever, and one that does not for as long as an idle
 * connection is kept, which are 72 seconds on Fastify.
 *
 * @internal
 */
@Injectable()
export class KeptConnections implements OnModuleDestroy {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  onModuleDestroy(): void {
    // An application that serves no HTTP has no server, and some adapters no adapter either.
    const adapter = this.adapterHost.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    const server = adapter?.getHttpServer() as Partial<Server> | undefined;
    if (server === undefined) return;
    server.keepAliveTimeout = IDLE_MS;
    server.prependListener?.('request', endAfterAnswer);
  }
}

/** HTTP/2 has no such header, and another way to say good-bye. */
function endAfterAnswer({ httpVersionMajor }: IncomingMessage, response: ServerResponse): void {
  if (httpVersionMajor === 1 && !response.headersSent) response.setHeader('Connection', 'close');
}
