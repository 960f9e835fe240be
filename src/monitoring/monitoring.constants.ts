/** Is the token of the `ServerReader`s, one for each connection. @internal */
export const SERVER_READERS = Symbol.for('nestjs-redis-suite:server-readers');
