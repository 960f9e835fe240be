import type { ServerEndpoint } from '../../connection/server-endpoint.js';
import { SLOT, STATE } from './lease-slot.js';

/** Bounds the wait of the thread for an answer, in milliseconds. */
const ANSWER_LIMIT_MS = 1_000;

/** Is a lease as the thread is told of it. @internal */
export interface ThreadLease {
  readonly memory: SharedArrayBuffer;
  readonly ttlMs: number;
  /** Is for how long after the last sign of life it is held, in milliseconds. */
  readonly maxMs: number;
  /** Is when nothing prolongs it any more, in microseconds of the machine's clock. */
  readonly lastUs: bigint;
  /** Is the command that prolongs it, in which the word at `msAt` is for how long. */
  readonly command: readonly string[];
  readonly msAt: number;
}

/** Is what the thread is told; a line is one connection of one application. @internal */
export type ThreadOrder = { readonly line: number } & (
  { readonly endpoint: ServerEndpoint } | { readonly lease: ThreadLease } | { readonly close: true }
);

/** Is what the thread tells: why something could not be done. @internal */
export interface ThreadWord {
  readonly line: number;
  readonly failed: string;
}

/**
 * Is the thread that prolongs leases while the event loop of the main thread is blocked: those whose renewal is overdue,
 * and none beyond their most after the last sign of life.
 *
 * - Every renewal is for the whole ttl, like those of the main thread: whichever of two that overlap is executed last,
 *   the lease lasts at least as long as either of them says. So the last one is sent a ttl before the most is reached.
 * - `sending` is written before `state` is read, and the main thread does it the other way round: once it has let go of a
 *   lease and nothing is being sent, nothing will be.
 * - It speaks to the server by itself, because nothing of this library or of its dependencies could be found from here in
 *   both builds and in a bundle. That is also why it is a text.
 *
 * @internal
 */
export const RENEWAL_PROGRAM = `
const { connect } = require('node:net');
const { connect: connectTls } = require('node:tls');
const { parentPort, workerData } = require('node:worker_threads');

const beat = new BigInt64Array(workerData);
const nowUs = () => process.hrtime.bigint() / 1000n;
const least = (a, b) => (a < b ? a : b);
const most = (a, b) => (a > b ? a : b);
const encode = (words) =>
  '*' + words.length + '\\r\\n' + words.map((word) => '$' + Buffer.byteLength(word) + '\\r\\n' + word + '\\r\\n').join('');

class Line {
  socket = null;
  waiting = [];

  constructor(id) {
    this.id = id;
  }

  use(endpoint) {
    this.socket?.destroy();
    this.socket = null;
    this.endpoint = endpoint;
    this.ask(['PING']).catch((error) => this.tell(error));
  }

  tell({ message }) {
    parentPort.postMessage({ line: this.id, failed: message });
  }

  ask(words) {
    return new Promise((resolve, reject) => {
      const { socket, waiting } = this.open();
      waiting.push({ resolve, reject });
      socket.write(encode(words));
    });
  }

  open() {
    if (this.socket !== null) return this;
    const { address, tls, username, password, db } = this.endpoint;
    const socket = tls === null ? connect(address) : connectTls({ ...tls, ...address });
    const waiting = [];
    let text = '';
    let reason = 'the connection was closed';
    socket.setNoDelay(true);
    socket.setTimeout(${ANSWER_LIMIT_MS}, () => {
      reason = 'no answer';
      if (waiting.length > 0) socket.destroy();
    });
    socket.on('error', ({ code, name }) => (reason = code ?? name));
    socket.on('close', () => {
      if (this.socket === socket) this.socket = null;
      for (const { reject } of waiting.splice(0)) reject(new Error(reason));
    });
    socket.on('data', (chunk) => {
      text += chunk;
      for (let found; (found = /^(?:[*]1\\r\\n)?([-+:])([^\\r]*)\\r\\n/.exec(text)) !== null; ) {
        text = text.slice(found[0].length);
        const { resolve, reject } = waiting.shift() ?? {};
        if (found[1] === '-') reject?.(new Error(found[2].split(' ')[0]));
        else resolve?.(found[2]);
      }
    });
    Object.assign(this, { socket, waiting });
    const greet = (words) =>
      this.ask(words).catch(({ message }) => {
        reason = message;
        socket.destroy();
      });
    if (password !== null) greet(username === null ? ['AUTH', password] : ['AUTH', username, password]);
    if (db > 0) greet(['SELECT', String(db)]);
    return this;
  }
}

class Kept {
  threadUs = 0n;
  notBeforeUs = 0n;

  constructor(line, { memory, ttlMs, maxMs, lastUs, command, msAt }) {
    const words = new BigInt64Array(memory);
    const us = (ms) => BigInt(Math.floor(ms * 1000));
    Object.assign(this, { line, words, ttlUs: us(ttlMs), maxUs: us(maxMs), lastUs, command, msAt });
  }

  look() {
    if (Atomics.load(this.words, ${SLOT.state}) !== ${STATE.held}n) return;
    const { ttlUs, maxUs, lastUs, threadUs, words } = this;
    const now = nowUs();
    const renewed = most(Atomics.load(words, ${SLOT.renewedUs}), threadUs);
    const overdue = most(most(Atomics.load(words, ${SLOT.dueUs}), threadUs + ttlUs / 2n), this.notBeforeUs);
    const stop = Atomics.load(beat, 0) + maxUs - ttlUs;
    const at = least(overdue, stop);
    const isOver = stop <= renewed || stop < now || threadUs + ttlUs >= lastUs;
    if (isOver) this.later(ttlUs / 4n);
    else if (now < at) this.later(at - now);
    else this.renew();
  }

  later(us) {
    setTimeout(() => this.look(), Math.max(1, Number(least(us, this.ttlUs / 4n)) / 1000));
  }

  async renew() {
    const { words, line, command, msAt, ttlUs, lastUs } = this;
    Atomics.store(words, ${SLOT.sending}, 1n);
    try {
      if (Atomics.load(words, ${SLOT.state}) !== ${STATE.held}n) return;
      const sentUs = nowUs();
      const ms = most(1n, least(ttlUs, lastUs - sentUs) / 1000n);
      const reply = await line.ask(command.with(msAt, String(ms)));
      if (reply === '-1') Atomics.compareExchange(words, ${SLOT.state}, ${STATE.held}n, ${STATE.gone}n);
      else Atomics.store(words, ${SLOT.threadUs}, (this.threadUs = sentUs));
    } catch (error) {
      this.notBeforeUs = nowUs() + least(ttlUs / 20n, 1000000n);
      line.tell(error);
    } finally {
      Atomics.store(words, ${SLOT.sending}, 0n);
    }
    this.look();
  }
}

const lines = new Map();
parentPort.on('message', ({ line: id, endpoint, lease, close }) => {
  const line = lines.get(id) ?? new Line(id);
  lines.set(id, line);
  if (endpoint) line.use(endpoint);
  if (lease) new Kept(line, lease).look();
  if (close) {
    line.socket?.destroy();
    lines.delete(id);
  }
});
`;
