import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RestEndpoint } from '../../src/connection/rest/rest-transport.js';

/** Answers a request, well or badly; `seen` is what the stub has received so far, this request included. */
export type StubAnswer = (response: ServerResponse, seen: readonly StubRequest[]) => void;

export interface StubRequest {
  readonly path: string;
  readonly body: unknown;
}

/** Is an endpoint that answers as told, and remembers what it was asked. */
export interface RestStub {
  readonly endpoint: RestEndpoint;
  readonly seen: StubRequest[];
  answerWith(answer: StubAnswer): void;
  stop(): Promise<void>;
}

export const STUB_TOKEN = 'hunter2-token';

export async function startRestStub(): Promise<RestStub> {
  let answer: StubAnswer = (response) => response.end();
  const seen: StubRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ path: request.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString()) as unknown });
      answer(response, seen);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: { url: `http://127.0.0.1:${port}`, token: STUB_TOKEN },
    seen,
    answerWith: (next) => {
      answer = next;
      seen.length = 0;
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Answers with a status and a body. */
export const status =
  (code: number, body = '', headers: Record<string, string> = {}): StubAnswer =>
  (response) =>
    response.writeHead(code, headers).end(body);

/** Answers with JSON. */
export const json = (body: unknown, code = 200): StubAnswer => status(code, JSON.stringify(body));

/** Ends the connection without an answer. */
export const drop: StubAnswer = (response) => response.destroy();

/** Never answers. */
export const silence: StubAnswer = () => undefined;

/** Sends part of an answer, then ends the connection or says no more. */
export const half =
  (ending: 'close' | 'stall'): StubAnswer =>
  (response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{"result":"aGFsZ', () => ending === 'close' && response.destroy());
  };

/** Gives the first requests one answer, and those after them another. */
export const first =
  (count: number, early: StubAnswer, later: StubAnswer): StubAnswer =>
  (response, seen) =>
    (seen.length <= count ? early : later)(response, seen);
