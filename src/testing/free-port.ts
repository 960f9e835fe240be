import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { LOOPBACK_HOST } from '../connection/embedded/loopback.js';

/** Returns a port that was free a moment ago; whoever binds it must be ready to find it taken. @internal */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK_HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
