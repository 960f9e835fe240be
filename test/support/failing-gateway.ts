import { RedisUnavailableError } from '../../src/connection/connection.errors.js';
import type { RedisGateway } from '../../src/connection/redis-gateway.js';

/** Is what becomes of the call that fails: it never reached the server, or its answer never came back. */
export type FailingPoint = 'before' | 'after';

/** Makes calls of a gateway fail, one or some in a row, from the nth since it is told to. */
export class FailingGateway {
  #first = 0;
  #last = 0;
  #point: FailingPoint = 'before';
  #calls = 0;

  /** Counts the calls since `fail`. */
  get calls(): number {
    return this.#calls;
  }

  fail(nth: number, point: FailingPoint, count = 1): void {
    this.#first = nth;
    this.#last = nth + count - 1;
    this.#point = point;
    this.#calls = 0;
  }

  /** Stands between a gateway and who uses it. */
  wrap(gateway: RedisGateway): RedisGateway {
    const intercepted = new Set<string | symbol>(['send', 'sendMany', 'sendToMasters', 'run']);
    return new Proxy(gateway, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        const method = (...args: unknown[]): unknown => Reflect.apply(member, target, args);
        return intercepted.has(name) ? (...args: unknown[]) => this.#call(() => method(...args)) : method;
      },
    });
  }

  async #call(issue: () => unknown): Promise<unknown> {
    this.#calls++;
    if (this.#calls < this.#first || this.#calls > this.#last) return issue();
    if (this.#point === 'after') await issue();
    throw new RedisUnavailableError('cache', 'timeout');
  }
}
