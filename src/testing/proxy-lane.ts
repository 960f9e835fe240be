import type { Socket } from 'node:net';

/** Is what a proxy does to all its traffic; it changes while traffic flows. @internal */
export interface ProxyFaults {
  /** Delays every chunk, in milliseconds. */
  latencyMs: number;
  /** Holds everything back. */
  frozen: boolean;
}

/** Says what follows the last byte that a cut lets through: silence, or the end of the connection. @publicApi */
export type CutEnding = 'stall' | 'close';

/** Carries bytes in one direction of one connection, in order, through the proxy's faults. @internal */
export class ProxyLane {
  /** Keeps what came and has not gone on; a null chunk is the end of the stream. */
  private readonly held: { chunk: Buffer | null; readonly receivedMs: number }[] = [];
  private cut: { bytesLeft: number; readonly ending: CutEnding } | null = null;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly source: Socket,
    private readonly sink: Socket,
    private readonly faults: ProxyFaults,
  ) {
    source.on('data', (chunk: Buffer) => this.hold(chunk));
    // A socket that fails closes without an end; a second end does no harm.
    for (const event of ['end', 'close']) source.once(event, () => this.hold(null));
  }

  /** Lets only `bytes` more pass. */
  cutAfter(bytes: number, ending: CutEnding): void {
    this.cut = { bytesLeft: bytes, ending };
    this.endIfCut();
  }

  /** Ends a cut that stalled, and forwards whatever is due. */
  mend(): void {
    this.cut = null;
    this.pump();
  }

  /** Forwards whatever is due. */
  pump(): void {
    clearTimeout(this.timer);
    while (!this.faults.frozen && this.cut?.bytesLeft !== 0) {
      const [head] = this.held;
      if (head === undefined) return;
      const waitMs = head.receivedMs + this.faults.latencyMs - performance.now();
      if (waitMs > 0) {
        this.timer = setTimeout(() => this.pump(), waitMs).unref();
        return;
      }
      this.held.shift();
      if (head.chunk === null) this.sink.end();
      else this.forward(head.chunk);
    }
  }

  private hold(chunk: Buffer | null): void {
    this.held.push({ chunk, receivedMs: performance.now() });
    this.pump();
  }

  private forward(chunk: Buffer): void {
    if (this.cut === null) {
      this.sink.write(chunk);
      return;
    }
    const passed = chunk.subarray(0, this.cut.bytesLeft);
    const rest = chunk.subarray(passed.length);
    if (rest.length > 0) this.held.unshift({ chunk: rest, receivedMs: 0 });
    this.sink.write(passed);
    this.cut.bytesLeft -= passed.length;
    this.endIfCut();
  }

  private endIfCut(): void {
    if (this.cut?.bytesLeft !== 0 || this.cut.ending !== 'close') return;
    this.held.length = 0;
    this.sink.end();
    this.source.destroy();
  }
}
