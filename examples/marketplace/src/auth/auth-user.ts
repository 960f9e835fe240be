/** Is the logged-in user. */
export interface AuthUser {
  readonly id: number;
}

/** Is what `IdentityGuard` leaves in a request. */
export interface MaybeAuthUser {
  user?: AuthUser;
}
