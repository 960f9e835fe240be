import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';

/** Names the HTTP platforms on which everything must behave the same. */
export const PLATFORMS = ['Express', 'Fastify'] as const;
export type Platform = (typeof PLATFORMS)[number];

export interface HttpApp {
  readonly app: INestApplication;
  readonly url: string;
  /** Sends a request to a path of the application. */
  send(path: string, init?: RequestInit): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Is the parsed JSON; undefined when the answer is none. */
  readonly body: ReturnType<typeof JSON.parse>;
}

/** Starts an application on a free port, as it would run outside tests; `prepare` sets it up before it listens. */
export async function openHttpApp(
  platform: Platform,
  metadata: ModuleMetadata,
  prepare: (app: INestApplication) => void = () => {},
): Promise<HttpApp> {
  const module = await Test.createTestingModule(metadata).compile();
  const adapter = platform === 'Express' ? new ExpressAdapter() : new FastifyAdapter();
  const app = module.createNestApplication(adapter, { logger: false });
  prepare(app);
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const send = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    };
  };
  return { app, url, send, close: () => app.close() };
}
