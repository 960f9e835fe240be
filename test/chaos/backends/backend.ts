/** Is what a shop does with Redis, by whatever library. */
export interface Backend {
  /** Reads an item through the cache. */
  read(id: string): Promise<number>;
  /** Changes an item and what is cached of it. */
  write(id: string): Promise<void>;
  /** Works alone on a resource. @throws {Busy} when it cannot have it. */
  work(resource: string): Promise<void>;
  /** Counts a call against a limit that is never reached. */
  count(subject: string): Promise<void>;
  /** Does all of this once, bypassing nothing. @throws when something of it is not at its full strength. */
  probe(): Promise<void>;
  /** Is the longest that one call to Redis took so far, in milliseconds; null where nobody measures it. */
  longestCallMs(): number | null;
}

/** Says that a lock is not to be had now, which is an answer and no fault. */
export class Busy extends Error {
  readonly status = 503;
}

export interface BackendSetup {
  /** Is how to reach Redis, as this library's options say it. */
  readonly connection: Record<string, unknown> & { cluster?: { nodes: Address[] }; sentinels?: Address[] };
  readonly namespace: string;
  readonly database: BackendDatabase;
}

export interface Address {
  readonly host: string;
  readonly port?: number;
}

export interface BackendDatabase {
  read(id: string): Promise<number>;
  write(id: string): Promise<void>;
  /** Stays inside for a moment. */
  visit(resource: string, fence?: bigint): Promise<void>;
}

/** Limits one call to Redis, in milliseconds, where the library has such a thing. */
export const CALL_LIMIT_MS = 250;
/** Is how long a lock is waited for, in milliseconds. */
export const LOCK_WAIT_MS = 500;
/** Is how long the claim of a load stands that its process does not renew any more, in milliseconds. */
export { LEASE_MS } from '../../../src/cache/load/claim-renewal.js';
