import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Answers a command: the reply as it goes over the wire, null for silence, 'close' to end the connection. Undefined
 * leaves it to what a healthy server says.
 */
export type Script = (name: string, args: readonly string[]) => string | null | undefined;

/**
 * Speaks just enough of the protocol to be taken for a server, and says what a test tells it to: for replies that a real
 * one gives only when its disk is full, its script hangs, and the like.
 */
export class ScriptedServer {
  script: Script = () => undefined;
  /** Delays every reply, in milliseconds. */
  delayMs = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async start(port = 0): Promise<ScriptedServer> {
    const server = createServer();
    const scripted = new ScriptedServer(server);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return scripted;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Lets a healthy server speak again. */
  heal(): void {
    this.script = () => undefined;
    this.delayMs = 0;
  }

  /** Ends every connection. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.drop();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
    let pending = '';
    socket.on('data', (chunk: Buffer) => {
      pending += chunk.toString('latin1');
      for (let command = take(pending); command !== null; command = take(pending)) {
        pending = command.rest;
        this.#answer(socket, command.words);
      }
    });
  }

  #answer(socket: Socket, [name = '', ...args]: readonly string[]): void {
    const command = name.toUpperCase();
    const scripted = this.script(command, args);
    const reply = scripted === undefined ? healthy(command, args) : scripted;
    if (reply === null) return;
    const send = () => {
      if (reply === 'close') socket.destroy();
      else if (command === 'QUIT') socket.end(reply);
      else socket.write(reply);
    };
    if (this.delayMs === 0) send();
    else setTimeout(send, this.delayMs).unref();
  }
}

/** Takes one command off the beginning of what came. @returns null when it is not all there. */
function take(text: string): { words: string[]; rest: string } | null {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return null;
  const words: string[] = [];
  let at = head[0].length;
  for (let i = 0; i < Number(head[1]); i++) {
    const length = /^\$(\d+)\r\n/.exec(text.slice(at, at + 16));
    if (length === null) return null;
    const from = at + length[0].length;
    at = from + Number(length[1]) + 2;
    if (text.length < at) return null;
    words.push(text.slice(from, at - 2));
  }
  return { words, rest: text.slice(at) };
}

function healthy(command: string, args: readonly string[]): string {
  if (command === 'HELLO') return '-NOPROTO unsupported protocol version\r\n';
  if (command === 'INFO') return bulk('redis_version:7.0.0\r\nloading:0\r\nrole:master\r\n');
  if (command === 'PING') return '+PONG\r\n';
  if (command === 'GET') return '$-1\r\n';
  if (command === 'MGET') return `*${args.length}\r\n${'$-1\r\n'.repeat(args.length)}`;
  return '+OK\r\n';
}

/** Writes a text as a reply. */
export function bulk(text: string): string {
  return `$${Buffer.byteLength(text, 'latin1')}\r\n${text}\r\n`;
}
