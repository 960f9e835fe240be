export { startRedis } from './start-redis.js';
export type { TestRedis, TestRedisOptions, TestServerKind } from './test-redis.js';
export { RestShim, startRestShim, type RestShimOptions } from './rest-shim.js';
export { startTcpProxy, TcpProxy, type TcpProxyOptions } from './tcp-proxy.js';
export type { CutEnding } from './proxy-lane.js';
export { TestServerMissingError, TestServerStartError } from './testing.errors.js';
