import type { Clock } from '../common/clock.js';
import { toError } from '../common/errors.js';
import type { SuiteEvents } from '../common/events.js';
import { createClient, createReplicaClient } from './client-factory.js';
import type { RedisConnection } from './connection-form.js';
import { SINGLE_CONNECTION, type ConnectionPlan } from './connection-plan.js';
import { resolveSettings, type ResolvedConnectionSettings } from './connection-settings.js';
import { RedisUnavailableError } from './connection.errors.js';
import type { EmbeddedConnection, RedisClient } from './connection.options.js';
import { CACHE_CONNECTION, STATE_CONNECTION } from './connection.tokens.js';
import { startEmbeddedServer, type EmbeddedServer } from './embedded/embedded-server.js';
import { IoredisGateway } from './ioredis-gateway.js';
import type { OpenableGateway, RedisGateway, RedisTopology } from './redis-gateway.js';
import { RestGateway } from './rest/rest-gateway.js';

/** Bounds the good-bye to each server at shutdown. */
const CLOSE_TIMEOUT_MS = 1_000;

const FAIL_FAST = "the application does not start without it, as 'failFast' says.";

interface RegistryDeps {
  readonly events: SuiteEvents;
  readonly clock: Clock;
}

/**
 * Opens, keeps and closes an application's connections.
 *
 * @internal
 */
export class ConnectionRegistry {
  readonly #gateways = new Map<string, OpenableGateway>();
  readonly #embedded: EmbeddedServer[] = [];
  readonly #deps: RegistryDeps;

  constructor(deps: RegistryDeps) {
    this.#deps = deps;
  }

  /**
   * Makes every connection and opens those that are not lazy, all at once. A server that is away leaves its
   * connection degraded; refused credentials, a server that speaks only TLS, and anything with `failFast` reject.
   */
  async open({ connections, defaults, failFast }: ConnectionPlan): Promise<void> {
    const opened = await Promise.allSettled(
      Object.entries(connections).map(([name, connection]) =>
        this.#openOne(name, connection, { defaults, failFast }),
      ),
    );
    const failure = opened.find((outcome) => outcome.status === 'rejected');
    if (failure === undefined) return;
    await this.close();
    throw toError(failure.reason);
  }

  /** Returns the gateway of a connection. @returns undefined when there is none of that name. */
  find(name: string): OpenableGateway | undefined {
    const isRole = name === CACHE_CONNECTION || name === STATE_CONNECTION;
    return this.#gateways.get(name) ?? (isRole ? this.#gateways.get(SINGLE_CONNECTION) : undefined);
  }

  /** Lists what the library keeps at a connection: `cache`, `state`, or nothing for one of the application's own. */
  rolesOf(gateway: RedisGateway): string[] {
    return [CACHE_CONNECTION, STATE_CONNECTION].filter((role) => this.find(role) === gateway);
  }

  /** Lists every connection once. */
  all(): OpenableGateway[] {
    return [...this.#gateways.values()];
  }

  /** Closes every connection within a second, then the embedded servers. */
  async close(): Promise<void> {
    await Promise.all(this.all().map((gateway) => gateway.close(CLOSE_TIMEOUT_MS)));
    await Promise.all(this.#embedded.map((server) => server.stop()));
  }

  async #openOne(
    name: string,
    connection: RedisConnection,
    { defaults, failFast }: Omit<ConnectionPlan, 'connections'>,
  ): Promise<void> {
    const form = formOf(connection);
    const settings = resolveSettings(form, defaults);
    const gateway = await this.#make(name, form, settings);
    this.#gateways.set(name, gateway);
    if (settings.lazyConnect) return;
    try {
      await gateway.open(settings.bootTimeoutMs);
    } catch (error) {
      if (!(error instanceof RedisUnavailableError)) throw error;
      if (failFast) throw new RedisUnavailableError(gateway.name, error.reason, { outlook: FAIL_FAST });
    }
  }

  async #make(
    name: string,
    form: Exclude<RedisConnection, string>,
    settings: ResolvedConnectionSettings,
  ): Promise<OpenableGateway> {
    const { commandTimeoutMs } = settings;
    const parts = { name: publicName(name), commandTimeoutMs, ...this.#deps };
    if ('rest' in form) {
      const { rest: endpoint, retries = 1 } = form;
      return new RestGateway({ ...parts, endpoint, retries });
    }
    if ('client' in form) {
      return new IoredisGateway({
        ...parts,
        client: form.client,
        owned: false,
        topology: topologyOf(form.client),
      });
    }
    const target = 'embedded' in form ? { url: await this.#startEmbedded(parts.name, form) } : form;
    const client = createClient(target, settings);
    const replicaClient = createReplicaClient(target, settings);
    const topology = 'sentinels' in target ? 'sentinel' : topologyOf(client);
    return new IoredisGateway({ ...parts, client, replicaClient, owned: true, topology });
  }

  async #startEmbedded(
    connection: string,
    { allowInProduction = false }: EmbeddedConnection,
  ): Promise<string> {
    const server = await startEmbeddedServer({ allowInProduction });
    this.#embedded.push(server);
    const { port, pid } = server;
    this.#deps.events.emit('connection:embedded', { connection, port, pid });
    return server.url;
  }
}

/** Returns a connection whose form shows by the options it has: one that is undefined counts for left out. */
function formOf(connection: RedisConnection): Exclude<RedisConnection, string> {
  if (typeof connection === 'string') return { url: connection };
  const present = Object.entries(connection).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as unknown as Exclude<RedisConnection, string>;
}

function publicName(name: string): string {
  return name === SINGLE_CONNECTION ? 'redis' : name;
}

function topologyOf(client: RedisClient): RedisTopology {
  return 'nodes' in client ? 'cluster' : 'standalone';
}
