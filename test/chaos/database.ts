import type { Server } from 'node:http';
import { serve } from './http.js';

/**
 * Is the truth that the shops cache, and what their locks protect: it sees every write, so it knows what is stale and
 * who was where he must not be.
 */
export class Database {
  readonly versions = new Map<string, number>();
  readonly #inside = new Map<string, number>();
  readonly #fences = new Map<string, { fence: bigint; writer: string }>();
  /** Counts reads, each of which some cache did not answer. */
  reads = 0;
  /** Counts how often somebody worked where somebody else still did. */
  overlaps = 0;
  /** Counts writes with an older fence than the last; they are refused. */
  lateWrites = 0;
  /** Counts writes out of order that were accepted: there must be none. */
  outOfOrder = 0;

  #server: Server | undefined;
  port = 0;

  async start(): Promise<this> {
    const { server, port } = await serve((what, which, query) => this.#answer(what, which, query));
    this.#server = server;
    this.port = port;
    return this;
  }

  stop(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  #answer(what: string, which: string, query: URLSearchParams): number {
    const version = this.versions.get(which) ?? 0;
    if (what === 'enter') this.#enter(which);
    else if (what === 'leave') this.#leave(which, query.get('fence'), query.get('writer') ?? '');
    else if (what === 'read') this.reads++;
    else this.versions.set(which, version + 1);
    return version;
  }

  #enter(resource: string): void {
    const inside = (this.#inside.get(resource) ?? 0) + 1;
    this.#inside.set(resource, inside);
    if (inside > 1) this.overlaps++;
  }

  /** Without a fence nobody can tell a late write, and it is accepted. */
  #leave(resource: string, fence: string | null, writer: string): void {
    const overlapped = (this.#inside.get(resource) ?? 1) > 1;
    this.#inside.set(resource, (this.#inside.get(resource) ?? 1) - 1);
    if (fence === null) {
      if (overlapped) this.outOfOrder++;
      return;
    }
    const last = this.#fences.get(resource);
    const mine = BigInt(fence);
    if (last !== undefined && mine < last.fence) this.lateWrites++;
    else if (last !== undefined && mine === last.fence && writer !== last.writer) this.outOfOrder++;
    else this.#fences.set(resource, { fence: mine, writer });
  }
}
