import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export interface Reply {
  /** Is 0 when there was no answer. */
  readonly status: number;
  readonly body: string;
  /** Is what the answer says of the cache. */
  readonly cache?: string;
}

export interface Question {
  readonly method?: string;
  readonly token?: string;
  /** Is sent as JSON. */
  readonly content?: unknown;
  readonly timeoutMs?: number;
}

/** Asks a server on this machine. */
export function ask(port: number, path: string, question: Question = {}): Promise<Reply> {
  const { method = 'GET', token, content, timeoutMs = 30_000 } = question;
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(content !== undefined && { 'content-type': 'application/json' }),
  };
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path, method, headers, agent, timeout: timeoutMs };
    const asking = request(options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, body, cache: String(response.headers['x-cache']) }),
      );
    });
    asking.once('timeout', () => asking.destroy());
    asking.once('error', () => resolve({ status: 0, body: '' }));
    asking.end(content === undefined ? undefined : JSON.stringify(content));
  });
}

/** Serves paths of the form `/<what>/<which>?<query>`; what the handler throws is a 500, or the `status` it carries. */
export async function serve(
  handle: (what: string, which: string, query: URLSearchParams) => unknown,
): Promise<{ server: Server; port: number }> {
  const answer = async (target: string): Promise<Reply> => {
    const url = new URL(target, 'http://localhost');
    const [, what = '', which = ''] = url.pathname.split('/');
    try {
      return { status: 200, body: JSON.stringify((await handle(what, which, url.searchParams)) ?? null) };
    } catch (error) {
      const { status = 500, message } = error as { status?: number; message: string };
      return { status, body: JSON.stringify(message) };
    }
  };
  const server = createServer((incoming, response) => {
    void answer(incoming.url ?? '/').then(({ status, body }) => response.writeHead(status).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}
