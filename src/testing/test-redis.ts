/** Names where a test server comes from: a program on PATH, or WebAssembly. @publicApi */
export type TestServerKind = 'native' | 'embedded';

/** Configures a server for a test file. @publicApi */
export interface TestRedisOptions {
  /** @default `REDIS_SUITE_TEST_SERVER`, else 'native' when `redis-server` or `valkey-server` is on PATH, else 'embedded' */
  readonly kind?: TestServerKind;
  /** Is the port to listen on, 1 to 65535. @default a free port */
  readonly port?: number;
  /** Is the password every client must give. @default a random one */
  readonly password?: string;
  /** Sets the server's own parameters, named as in redis.conf. @default {} */
  readonly config?: Readonly<Record<string, string>>;
}

/**
 * Is a real server that belongs to one test file, on 127.0.0.1, empty, and without persistence unless configured.
 *
 * @publicApi
 */
export interface TestRedis extends AsyncDisposable {
  readonly kind: TestServerKind;
  readonly host: string;
  readonly port: number;
  readonly password: string;
  /** Is the `redis://` URL, password included. */
  readonly url: string;
  /** Ends the server, removes its files and resolves when nothing is left. */
  stop(): Promise<void>;
  /** Ends the server like a crash (SIGKILL) and keeps its files, for `restart`. */
  kill(): Promise<void>;
  /** Makes the server stop answering while its connections stay open, like a hung process (SIGSTOP). */
  freeze(): Promise<void>;
  /** Lets a frozen server go on with all it was sent meanwhile (SIGCONT). */
  resume(): Promise<void>;
  /** Starts the server again with the same port and password, after killing it if it runs. */
  restart(): Promise<void>;
}
