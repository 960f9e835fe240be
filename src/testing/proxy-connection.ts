import type { Socket } from 'node:net';
import { type CutEnding, type ProxyFaults, ProxyLane } from './proxy-lane.js';

/** Is one client's connection through a proxy, with the proxy's own connection to the target. @internal */
export class ProxyConnection {
  private readonly requests: ProxyLane;
  private readonly replies: ProxyLane;

  constructor(
    private readonly client: Socket,
    private readonly target: Socket,
    faults: ProxyFaults,
  ) {
    this.requests = new ProxyLane(client, target, faults);
    this.replies = new ProxyLane(target, client, faults);
    // What fails also closes, and the lanes pass that on.
    for (const socket of [client, target]) socket.unref().on('error', () => undefined);
  }

  /** Calls `closed` once, when both sides are closed. */
  onClosed(closed: () => void): void {
    const look = (): void => {
      if (this.client.closed && this.target.closed) closed();
    };
    this.client.once('close', look);
    this.target.once('close', look);
  }

  /** Resets both sides. */
  drop(): void {
    for (const socket of [this.client, this.target]) reset(socket);
  }

  cutReplies(bytes: number, ending: CutEnding): void {
    this.replies.cutAfter(bytes, ending);
  }

  /** Forwards whatever is due after faults were lifted. */
  resume(): void {
    this.requests.mend();
    this.replies.mend();
  }
}

/** Node 20 cannot reset a socket whose end is on its way: its handle would stay, and keep the process from ending. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
