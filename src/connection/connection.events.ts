import type { AvailabilityState } from './availability.js';
import type { ServerFinding } from './server-findings.js';

/** Is how a call to a server ended. @publicApi */
export interface CommandOutcome {
  readonly connection: string;
  /** Is a command's or script's name, never its arguments. */
  readonly command: string;
  /** Is how long it took, in milliseconds. */
  readonly durationMs: number;
  readonly failed: boolean;
}

declare module '../common/events.js' {
  interface SuiteEventMap {
    /** A connection's server became ready, slow or down. */
    'connection:availability': {
      readonly connection: string;
      readonly state: AvailabilityState;
      readonly previous: AvailabilityState;
    };
    /** A call to the server ended. */
    'connection:command': CommandOutcome;
    /** The server answered a command or script with an error; the code is its word, for example `OOM`. */
    'connection:refusal': {
      readonly connection: string;
      readonly command: string;
      readonly replyCode: string;
    };
    /** A connection met an error, or a try to connect failed; `message` names no credentials. */
    'connection:error': { readonly connection: string; readonly message: string };
    /** A connection stands, for the first time or again. */
    'connection:connected': { readonly connection: string };
    /** The replicas of a connection are read from now on, or are too far behind for that. */
    'connection:replicas': { readonly connection: string; readonly areRead: boolean };
    /** A connection was lost. */
    'connection:closed': { readonly connection: string };
    /** The embedded server of a connection was started, on 127.0.0.1. */
    'connection:embedded': { readonly connection: string; readonly port: number; readonly pid: number };
    /** A server was looked at, when its connection first stood, and something about it should be known. */
    'connection:findings': { readonly connection: string; readonly findings: readonly ServerFinding[] };
  }
}
