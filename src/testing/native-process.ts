import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { isRunning } from '../connection/embedded/child-process.js';
import { LOOPBACK_HOST } from '../connection/embedded/loopback.js';
import { TestServerStartError } from './testing.errors.js';

const START_LIMIT_MS = 10_000;
const POLL_MS = 15;
const LOG_LINES = 12;

/**
 * Becomes the server, keeping the process number, and leaves a watcher behind that reads from a pipe which only the
 * parent holds. A line means that the server ended under the parent's eyes. The end of the pipe means that the
 * parent is gone, however it went: then the watcher kills the server, frozen or not, and removes its directory.
 */
const TETHER = '(read -r line <&3 || { kill -9 $$; rm -rf "$1"; }) 2>/dev/null & shift; exec "$@" 3<&-';

/** Says how to run a native server. @internal */
export interface NativeLaunch {
  readonly binary: string;
  /** Holds the configuration, the log and what the server saves; made when it is not there. */
  readonly directory: string;
  readonly port: number;
  readonly password: string;
  readonly config: Readonly<Record<string, string>>;
}

/** Starts a server whose process ends with this one and does not keep it alive. @internal */
export function spawnNative(launch: NativeLaunch): ChildProcess {
  const { binary, directory } = launch;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const configPath = join(directory, 'redis.conf');
  writeFileSync(configPath, configText(launch), { mode: 0o600 });
  const log = openSync(logPath(directory), 'w');
  const child = spawn('sh', ['-c', TETHER, 'tether', directory, binary, configPath], {
    stdio: ['ignore', log, log, 'pipe'],
  });
  closeSync(log);
  const tether = child.stdio[3] as Socket;
  // A watcher that is gone has nothing left to watch; a program that cannot be run is found by `untilReady`.
  for (const emitter of [tether, child]) emitter.on('error', () => undefined);
  child.once('exit', () => tether.end('ended\n'));
  child.unref();
  tether.unref();
  return child;
}

/**
 * Resolves when this very server answers, and not another one on its port.
 *
 * @throws {TestServerStartError} when it ends or does not answer in time.
 * @internal
 */
export async function untilReady(child: ChildProcess, launch: NativeLaunch): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (isRunning(child) && performance.now() < deadline) {
    if (await answers(child, launch)) return;
    await pause(POLL_MS);
  }
  const reason = isRunning(child) ? `no answer within ${START_LIMIT_MS} ms` : 'it ended at once';
  throw new TestServerStartError(launch.port, reason, lastLines(launch.directory));
}

async function answers(child: ChildProcess, { port, password }: NativeLaunch): Promise<boolean> {
  const client = new Redis({
    host: LOOPBACK_HOST,
    port,
    password,
    lazyConnect: true,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
    retryStrategy: () => null,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.info('server')).includes(`process_id:${child.pid ?? 0}\r\n`);
  } catch {
    return false;
  } finally {
    // Of a closed connection ioredis would wait for the close, and keep the process alive meanwhile.
    if (client.status !== 'end') client.disconnect();
  }
}

/** Quotes every value, so that empty ones and secrets with blanks come through; what the server hangs on comes last. */
function configText({ directory, port, password, config }: NativeLaunch): string {
  const parameters = {
    save: '',
    appendonly: 'no',
    ...config,
    bind: LOOPBACK_HOST,
    port: String(port),
    requirepass: password,
    dir: directory,
    daemonize: 'no',
    logfile: '',
  };
  return Object.entries(parameters)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}\n`)
    .join('');
}

function lastLines(directory: string): string {
  return readFileSync(logPath(directory), 'utf8').trimEnd().split('\n').slice(-LOG_LINES).join('\n');
}

function logPath(directory: string): string {
  return join(directory, 'redis.log');
}
