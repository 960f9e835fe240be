/** Says how to reach the one server that a connection is on, with its credentials; for a thread of this process. @internal */
export interface ServerEndpoint {
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string };
  /** Is Node's TLS options; null without TLS. */
  readonly tls: object | null;
  readonly username: string | null;
  readonly password: string | null;
  readonly db: number;
}
