import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killChild } from '../connection/embedded/child-process.js';
import { createPassword, LOOPBACK_HOST, loopbackUrl } from '../connection/embedded/loopback.js';
import { findFreePort } from './free-port.js';
import { type NativeLaunch, spawnNative, untilReady } from './native-process.js';
import type { TestRedis, TestRedisOptions } from './test-redis.js';
import { TestServerStartError } from './testing.errors.js';

/** Bounds how often another port is tried because somebody else took the free one. */
const PORT_TRIES = 5;

/** Runs `redis-server` or `valkey-server` with a directory of its own. @internal */
export class NativeRedis implements TestRedis {
  readonly kind = 'native';
  readonly host = LOOPBACK_HOST;
  readonly port: number;
  readonly password: string;
  readonly url: string;
  private child?: ChildProcess;

  private constructor(private readonly launch: NativeLaunch) {
    this.port = launch.port;
    this.password = launch.password;
    this.url = loopbackUrl(launch.port, launch.password);
  }

  /**
   * Starts a server.
   *
   * @throws {TestServerStartError} when it does not come up.
   */
  static async start(binary: string, options: TestRedisOptions): Promise<NativeRedis> {
    const { config = {}, password = createPassword() } = options;
    const directory = await mkdtemp(join(tmpdir(), 'nestjs-redis-suite-'));
    for (let attempt = 1; ; attempt += 1) {
      const port = options.port ?? (await findFreePort());
      const redis = new NativeRedis({ binary, directory, port, password, config });
      try {
        await redis.restart();
        return redis;
      } catch (error) {
        if (options.port === undefined && attempt < PORT_TRIES && isPortTaken(error)) continue;
        await redis.stop();
        throw error;
      }
    }
  }

  async restart(): Promise<void> {
    await this.kill();
    this.child = spawnNative(this.launch);
    await untilReady(this.child, this.launch);
  }

  async kill(): Promise<void> {
    if (this.child) await killChild(this.child);
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.launch.directory, { recursive: true, force: true });
  }

  freeze(): Promise<void> {
    return this.signal('SIGSTOP');
  }

  resume(): Promise<void> {
    return this.signal('SIGCONT');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private signal(name: NodeJS.Signals): Promise<void> {
    this.child?.kill(name);
    return Promise.resolve();
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof TestServerStartError && /address already in use/i.test(error.log);
}
