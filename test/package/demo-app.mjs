import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const DEMO = resolve(import.meta.dirname, '../../examples/marketplace');

/** Are the variables that would make it another demo than that of a newcomer. */
const OWN_VARIABLES = /^(REDIS_|UPSTASH_|PORT$|DATA_DIR$|ADMIN_TOKEN$|AUTH_SECRET$|NODE_ENV$|NODE_OPTIONS$)/;
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 15_000;

/** Tells whether a process runs. */
export function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
}

/** Tries until the answer is true; false when it never was within `limitMs`. */
export async function until(isSo, limitMs = 10_000) {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    if (await isSo()) return true;
    await sleep(20);
  }
  return false;
}

/** Is the demo in a process of its own, on a free port, known only by what its log says and its routes answer. */
export class DemoApp {
  log = '';
  #child;

  /** Starts it and waits until it listens. */
  static async start() {
    const app = new DemoApp();
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OWN_VARIABLES.test(name)));
    app.#child = spawn(process.execPath, [join('dist', 'main.js')], {
      cwd: DEMO,
      env: { ...env, PORT: '0', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [app.#child.stdout, app.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (app.log += text));
    }
    const listens = () => app.#child.exitCode !== null || app.url !== undefined;
    const started = await until(listens, START_LIMIT_MS);
    if (started && app.url !== undefined) return app;
    app.kill();
    throw new Error(`The demo did not start:\n${app.log}`);
  }

  get url() {
    return this.#found(/The API is at (http:\/\/localhost:\d+)\/api/);
  }

  get adminToken() {
    return this.#found(/ADMIN_TOKEN is not set; for this start it is (\S+)/);
  }

  get redisPort() {
    return Number(this.#found(/embedded Valkey on 127\.0\.0\.1:(\d+)/));
  }

  get redisPid() {
    return Number(this.#found(/embedded Valkey on .* \(process (\d+)\)/));
  }

  /** Sends a request; a body that is no FormData is sent as JSON. */
  async send(method, path, { token, body } = {}) {
    const isForm = body instanceof FormData;
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && !isForm && { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${this.url}/${path}`, {
      method,
      headers,
      body: isForm ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      body: isJson ? JSON.parse(text) : text,
      header: (name) => response.headers.get(name),
      cache: response.headers.get('x-cache'),
      sql: Number(response.headers.get('x-sql-queries') ?? NaN),
    };
  }

  /** Logs a user of the seed in and answers the token. */
  async login(user) {
    const body = { email: `user${user}@example.com`, password: 'marketplace' };
    const { status, body: session } = await this.send('POST', 'api/auth/login', { body });
    if (status !== 200) throw new Error(`The login of user ${user} answered ${status}.`);
    return session.token;
  }

  /** Asks it to end, as Docker and Kubernetes do. @returns its exit code, null when it did not end by itself. */
  async stop() {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const [code] = await Promise.race([ended, sleep(STOP_LIMIT_MS, [null], { ref: false })]);
    return code;
  }

  /** Ends it at once, if it runs; a frozen Redis is woken, so that it notices. */
  kill() {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGKILL');
    if (this.redisPid > 0 && isRunning(this.redisPid)) process.kill(this.redisPid, 'SIGCONT');
  }

  #found(pattern) {
    return pattern.exec(this.log)?.[1];
  }
}
