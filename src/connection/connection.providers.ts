import type { FactoryProvider, Provider } from '@nestjs/common';
import { ConnectionRegistry } from './connection-registry.js';
import { CACHE_CONNECTION, getGatewayToken, getRedisToken, STATE_CONNECTION } from './connection.tokens.js';
import { IoredisGateway } from './ioredis-gateway.js';
import { refusedClient } from './refused-client.js';
import type { RedisGateway } from './redis-gateway.js';

/** Lists the providers of the connections' gateways and raw clients, by name. @internal */
export function connectionProviders(names: readonly string[]): { providers: Provider[]; exports: string[] } {
  const all = [...new Set([CACHE_CONNECTION, STATE_CONNECTION, ...names])];
  const gateways = all.map((name) => fromRegistry(getGatewayToken(name), name, (gateway) => gateway));
  const clients = all.map((name) => fromRegistry(getRedisToken(name), name, rawClientOf));
  return {
    providers: [...gateways, ...clients],
    exports: all.flatMap((name) => [getGatewayToken(name), getRedisToken(name)]),
  };
}

function fromRegistry(
  token: string,
  name: string,
  pick: (gateway: RedisGateway) => unknown,
): FactoryProvider {
  return {
    provide: token,
    inject: [ConnectionRegistry],
    useFactory: (registry: ConnectionRegistry) => {
      // The names were checked with the options, before anything was opened.
      const gateway = registry.find(name);
      return gateway && pick(gateway);
    },
  };
}

function rawClientOf(gateway: RedisGateway): unknown {
  return gateway instanceof IoredisGateway ? gateway.client : refusedClient(gateway.name);
}
