/** Is the logged-in user, as the guard leaves it in `req.user`. */
export interface AuthUser {
  readonly id: number;
}
