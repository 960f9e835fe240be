import type { Provider } from '@nestjs/common';
import { ConnectionMeters } from './connection-meters.js';
import { RedisMonitor } from './redis-monitor.js';

/** Lists the providers of monitoring; the module's root adds the `SERVER_READERS`. @internal */
export const MONITORING_PROVIDERS: Provider[] = [ConnectionMeters, RedisMonitor];

/** Lists what users may inject. @internal */
export const MONITORING_EXPORTS = [RedisMonitor];
