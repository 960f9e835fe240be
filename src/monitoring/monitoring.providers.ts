import type { Provider } from '@nestjs/common';
import { ConnectionMeters } from './connection-meters.js';
import { LockMeter } from './lock-meter.js';
import { RateLimitMeters } from './rate-limit-meters.js';
import { RedisMonitor } from './redis-monitor.js';
import { WingMeters } from './wing-meters.js';

/** Lists the providers of monitoring; the module's root adds the `SERVER_READERS`. @internal */
export const MONITORING_PROVIDERS: Provider[] = [
  ConnectionMeters,
  LockMeter,
  RateLimitMeters,
  RedisMonitor,
  WingMeters,
];

/** Lists what users may inject. @internal */
export const MONITORING_EXPORTS = [RedisMonitor];
