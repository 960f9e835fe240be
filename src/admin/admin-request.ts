/** Is what the admin routes read of a request, the same on Express and Fastify. @internal */
export interface AdminRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Is what the application's guards leave there. */
  readonly user?: { readonly id?: unknown; readonly sub?: unknown };
}

const actors = new WeakMap<AdminRequest, string>();

/** Remembers whom `authorize` named as the caller. @internal */
export function rememberActor(request: AdminRequest, actor: string): void {
  actors.set(request, actor);
}

/**
 * Returns who makes a request: whom `authorize` named, else the user's `id` or `sub`.
 *
 * @returns null when nobody said.
 * @internal
 */
export function actorOf(request: AdminRequest): string | null {
  const id = actors.get(request) ?? request.user?.id ?? request.user?.sub;
  return typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint' ? String(id) : null;
}

/** Is what the admin routes use of a response, the same on Express and Fastify. @internal */
export interface AdminResponse {
  status(code: number): unknown;
}
