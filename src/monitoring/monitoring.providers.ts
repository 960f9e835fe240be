import type { Provider } from '@nestjs/common';
import { ConnectionMeters } from './connection-meters.js';
import { LockMeter } from './lock-meter.js';
import { RedisMonitor } from './redis-monitor.js';

/** Lists the providers of monitoring; the module's root adds the `SERVER_READERS`. @internal */
export const MONITORING_PROVIDERS: Provider[] = [ConnectionMeters, LockMeter, RedisMonitor];

/** Lists what users may inject. @internal */
export const MONITORING_EXPORTS = [RedisMonitor];
