import type { ServerInfo } from '../common/server-info.js';

/** Reads what the servers behind one connection say of themselves; the module's root provides them. @internal */
export interface ServerReader {
  readonly connection: string;
  /** Asks every master. Rejects, within the connection's time limit, when one does not answer. */
  read(): Promise<ServerInfo[]>;
}
