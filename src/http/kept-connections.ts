import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/**
 * Ends the connections that HTTP clients keep, once the application shuts down: each with its next answer. A client that
 * goes on asking over such a connection would otherwise keep the server open, and with it the locks and all else that is
 * given back when the last request is answered. Fastify does so by itself.
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
    server?.prependListener?.('request', endAfterAnswer);
  }
}

/** HTTP/2 has no such header, and another way to say good-bye. */
function endAfterAnswer({ httpVersionMajor }: IncomingMessage, response: ServerResponse): void {
  if (httpVersionMajor === 1 && !response.headersSent) response.setHeader('Connection', 'close');
}
