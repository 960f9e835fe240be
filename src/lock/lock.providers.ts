import type { Provider } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import { SuiteEvents } from '../common/events.js';
import { ConnectionRegistry } from '../connection/connection-registry.js';
import { CLOCK, getGatewayToken, STATE_CONNECTION } from '../connection/connection.tokens.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { SuiteSettings } from '../connection/suite-settings.js';
import { LockEngine } from './lock-engine.js';
import { LockInspector } from './lock-info.js';
import { LOCK_MODULE_OPTIONS } from './lock.constants.js';
import type { ResolvedLockOptions } from './lock.options.js';
import { LockService } from './lock.service.js';
import { Quorums } from './quorum/quorums.js';

type EngineInputs = [RedisGateway, SuiteSettings, ResolvedLockOptions, SuiteEvents, Clock];
type QuorumInputs = [ConnectionRegistry, SuiteSettings, ResolvedLockOptions, SuiteEvents, Clock];

/** Lists the providers of the wing. @internal */
export const LOCK_PROVIDERS: Provider[] = [
  LockService,
  {
    provide: LockEngine,
    inject: [getGatewayToken(STATE_CONNECTION), SuiteSettings, LOCK_MODULE_OPTIONS, SuiteEvents, CLOCK],
    useFactory: (...[redis, { keys }, options, events, clock]: EngineInputs) =>
      new LockEngine({ redis, keys, options, events, clock }),
  },
  {
    provide: Quorums,
    inject: [ConnectionRegistry, SuiteSettings, LOCK_MODULE_OPTIONS, SuiteEvents, CLOCK],
    useFactory: (...[registry, { keys }, options, events, clock]: QuorumInputs) =>
      new Quorums({ find: (name) => registry.find(name), keys, options, events, clock }),
  },
  {
    provide: LockInspector,
    inject: [getGatewayToken(STATE_CONNECTION), SuiteSettings],
    useFactory: (redis: RedisGateway, { keys }: SuiteSettings) => new LockInspector(redis, keys),
  },
];

/** Lists what users may inject. @internal */
export const LOCK_EXPORTS = [LockService];
