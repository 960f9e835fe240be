/** Is the token of the resolved admin options. @internal */
export const ADMIN_MODULE_OPTIONS = Symbol.for('nestjs-redis-suite:admin-options');

/** Is where `@AdminRoute` leaves the action of a route. @internal */
export const ADMIN_ACTION_METADATA = Symbol.for('nestjs-redis-suite:admin-action');
