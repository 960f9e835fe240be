import type { RedisGateway } from '../../src/connection/redis-gateway.js';

/** Lets changes take their time, so that reads overtake them, as they may where there are several connections. */
export function overtaken(gateway: RedisGateway): RedisGateway {
  return new Proxy(gateway, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const call = () => Reflect.apply(member, target, args) as Promise<unknown>;
        const isChange = name === 'run' || (name === 'send' && /^(SET|UNLINK),/.test(String(args[0])));
        return isChange ? new Promise((resolve) => setTimeout(resolve, 1)).then(call) : call();
      };
    },
  });
}
