import type { Provider } from '@nestjs/common';
import { RedisHealthIndicator } from './redis-health.indicator.js';

/** Lists the providers of the health wing. @internal */
export const HEALTH_PROVIDERS: Provider[] = [RedisHealthIndicator];

/** Lists what users may inject. @internal */
export const HEALTH_EXPORTS = [RedisHealthIndicator];
