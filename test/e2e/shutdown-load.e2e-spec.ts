import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { PLATFORMS } from '../support/http-app.js';
import { useObservedServer } from '../support/observed-server.js';
import { until } from '../support/until.js';

const CALLERS = 12;

/** Sends one request, without an agent on a connection of its own. @returns null when it never reached the application. */
function send(port: number, id: string, agent: Agent | false): Promise<number | null> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: `/${id}`, agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    request.once('error', () => resolve(null));
  });
}

describe('An application that is told to end while it works', () => {
  const redis = useObservedServer();

  it.each(PLATFORMS.flatMap((platform) => [[platform, false] as const, [platform, true] as const]))(
    'answers all it has taken on, gives back its locks, says nothing, and ends (%s, connections kept: %s)',
    async (platform, keepAlive) => {
      const namespace = randomUUID();
      const execArgv = ['--no-warnings', '--import', './test/support/typescript.mjs'];
      const args = [platform, redis.server.url, namespace];
      const child = fork('./test/support/shutdown-shop.ts', args, { execArgv, silent: true });
      const said: string[] = [];
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk) => said.push(String(chunk)));
      const [{ port }] = (await once(child, 'message')) as [{ port: number }];

      const statuses = new Map<string, number | null>();
      const agent = keepAlive && new Agent({ keepAlive });
      const load = startLoad(port, statuses, agent);
      await until(() => statuses.size > 30);
      const ended = untilEnd(child);
      child.kill('SIGTERM');
      const { taken, code } = await ended;
      await load.stop();
      if (agent) agent.destroy();

      expect(taken.length).toBeGreaterThan(30);
      expect(taken.filter((id) => statuses.get(id) !== 200)).toEqual([]);
      expect(said.join('')).toBe('');
      expect(code).toBe(0);
      expect(await redis.observer.keys(`${namespace}:lock:*:lease`)).toEqual([]);
    },
  );
});

/** Sends requests, each with a number of its own, until it is stopped. */
function startLoad(
  port: number,
  statuses: Map<string, number | null>,
  agent: Agent | false,
): { stop(): Promise<unknown> } {
  let isOver = false;
  let count = 0;
  const caller = async () => {
    while (!isOver) {
      const id = String(count++);
      const status = await send(port, id, agent);
      statuses.set(id, status);
      if (status === null) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const callers = Array.from({ length: CALLERS }, caller);
  return { stop: () => ((isOver = true), Promise.all(callers)) };
}

async function untilEnd(child: ChildProcess): Promise<{ taken: string[]; code: number | null }> {
  const told = once(child, 'message') as Promise<[{ taken: string[] }]>;
  const [code] = (await once(child, 'exit')) as [number | null];
  const [{ taken }] = await told;
  return { taken, code };
}
