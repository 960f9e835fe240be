import type { ChildProcess } from 'node:child_process';
import type { ServerConnection } from '../../src/connection/client-factory.js';
import type { Reply } from './http.js';

/** Is what customers do. */
export type Act = 'read' | 'write' | 'count' | 'work';

/** Is what came of the work under locks. */
export interface WorkFigures {
  /** Counts writes out of order that were accepted: with fences there must be none. */
  readonly outOfOrder: number;
  /** Counts writes with an older fence than the last, which were refused. */
  readonly lateWrites: number;
}

/** Is a kind of shop: its program, how customers deal with it, and what is true there. */
export interface Trade {
  /** Limits one call to Redis, in milliseconds, as the options of the shops say. */
  readonly callLimitMs: number;
  /** Limits what customers wait for, in milliseconds: all that the calls of a request may take together. */
  readonly limitsMs: Readonly<Record<Act, number>>;
  /** Are the items that customers look at and change. */
  readonly items: readonly string[];
  /** Starts one shop; it tells its port by IPC. */
  open(connection: ServerConnection): ChildProcess;
  ask(port: number, act: Act, item: string): Promise<Reply>;
  /** Tells whether work was refused because its lock was not to be had, which is an answer and no fault. */
  isRefusal(reply: Reply): boolean;
  /** Says what a shop has not at its full strength. @returns null when it has everything. */
  probe(port: number, timeoutMs: number): Promise<string | null>;
  /** Counts the items that a shop shows otherwise than they are. */
  countStale(port: number): Promise<number>;
  workFigures(): Promise<WorkFigures>;
  stop(): void;
}
