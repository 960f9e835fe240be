import {
  ConfigurableModuleBuilder,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { BootSequence } from './connection/boot-sequence.js';
import { ConnectionRegistry } from './connection/connection-registry.js';
import { connectionProviders } from './connection/connection.providers.js';
import { RESOLVED_OPTIONS, SUITE_EXPORTS, SUITE_PROVIDERS } from './redis.providers.js';
import { resolveRedisOptions, type RedisModuleOptions } from './redis.options.js';

/** Is what a class implements to make the options for `forRootAsync({ useClass })`. @publicApi */
export interface RedisOptionsFactory {
  createRedisOptions(): RedisModuleOptions | Promise<RedisModuleOptions>;
}

/** Holds what must be known before the options are. @publicApi */
export interface RedisModuleExtras {
  /** Serves every module of the application without an import. @default true */
  isGlobal?: boolean;
  /** Lists the application's own connections for `@InjectRedis(name)`; `forRoot` reads them off `connections`. */
  connectionNames?: string[];
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<RedisModuleOptions>({ moduleName: 'RedisSuite' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createRedisOptions')
    .setExtras<RedisModuleExtras>(
      { isGlobal: true, connectionNames: [] },
      (definition, { isGlobal, connectionNames }) =>
        withProviders({ ...definition, global: isGlobal ?? true }, connectionNames ?? []),
    )
    .build();

/**
 * Gives an application everything it takes from Redis: import it once, at the root.
 *
 * @example
 * ```ts
 * @Module({ imports: [RedisModule.forRoot({ connection: 'redis://localhost:6379', namespace: 'shop' })] })
 * export class AppModule {}
 * ```
 * @publicApi
 */
@Module({})
export class RedisModule extends ConfigurableModuleClass implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly registry: ConnectionRegistry,
    private readonly boot: BootSequence,
  ) {
    super();
  }

  /**
   * Configures the library with options known now; without any, from the environment.
   *
   * @throws {InvalidOptionsError} at boot, listing every bad option and its mend.
   */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    // What is no object has nothing to spread; it is told when the application boots, as every other problem.
    if (Array.isArray(options) || Object(options) !== options)
      return super.forRootAsync({ useFactory: () => options });
    const connectionNames = Object.keys(options.connections ?? {});
    return super.forRoot({ connectionNames, ...options });
  }

  /**
   * Configures the library with options that come from other providers.
   *
   * @throws {InvalidOptionsError} at boot, listing every bad option and its mend.
   */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }

  /** Checks the assembled application, then reaches the instances that Nest did not build. */
  async onModuleInit(): Promise<void> {
    try {
      this.boot.run();
    } catch (error) {
      // The application will not run, so nobody would close what is open.
      await this.registry.close();
      throw error;
    }
  }

  /** Comes after every module's destroy hooks and the last HTTP answer, so nobody needs a connection any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.registry.close();
  }
}

function withProviders(definition: DynamicModule, connectionNames: readonly string[]): DynamicModule {
  const connections = connectionProviders(connectionNames);
  const resolved: Provider = {
    provide: RESOLVED_OPTIONS,
    inject: [MODULE_OPTIONS_TOKEN],
    useFactory: (raw: RedisModuleOptions) => resolveRedisOptions(raw, connectionNames),
  };
  return {
    ...definition,
    providers: [...(definition.providers ?? []), resolved, ...connections.providers, ...SUITE_PROVIDERS],
    exports: [...(definition.exports ?? []), ...connections.exports, ...SUITE_EXPORTS],
  };
}
