import { BlockList, isIPv4 } from 'node:net';
import { plainAddress } from './ip-address.js';
import { parseNetwork } from './network.rules.js';
import type { RateLimitRequest } from '../rate-limit.options.js';

/**
 * Finds who sent a request through proxies that are known: the last address in `X-Forwarded-For` that is not one of
 * theirs. What a client wrote there itself stands before it and is never reached.
 *
 * @internal
 */
export class TrustedProxies {
  readonly #networks = new BlockList();

  constructor(networks: readonly string[]) {
    for (const text of networks) {
      const network = parseNetwork(text);
      if (network === null) continue;
      this.#networks.addSubnet(network.address, network.prefix, familyOf(network.address));
    }
  }

  /** Returns the address of the client; undefined when the request has none. */
  addressOf({ socket, ip, headers }: RateLimitRequest): string | undefined {
    const header = headers['x-forwarded-for'];
    const hops = [header ?? []].flat().join(',').split(',');
    let address = socket?.remoteAddress ?? ip;
    while (address !== undefined && this.#trusts(address)) {
      const hop = hops.pop()?.trim();
      // What is no address was written by nobody who is trusted.
      if (hop === undefined || plainAddress(hop) === null) break;
      address = hop;
    }
    return address;
  }

  #trusts(address: string): boolean {
    const plain = plainAddress(address);
    return plain !== null && this.#networks.check(plain, familyOf(plain));
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}
