import { describeValue } from '../../common/duration.js';
import { InvalidOptionsError } from '../../common/errors.js';
import type { RedisGateway } from '../../connection/redis-gateway.js';
import { QuorumEngine, type QuorumDeps } from './quorum-engine.js';

interface QuorumsDeps extends QuorumDeps {
  /** Finds a connection by its name. */
  readonly find: (name: string) => RedisGateway | undefined;
}

/**
 * Makes the quorums that are asked for, each once, and ends them with the application.
 *
 * @internal
 */
export class Quorums {
  readonly #deps: QuorumsDeps;
  readonly #engines = new Map<string, QuorumEngine>();
  #isOpen = true;

  constructor(deps: QuorumsDeps) {
    this.#deps = deps;
  }

  /**
   * Returns the quorum of the connections with these names.
   *
   * @throws {InvalidOptionsError} when there is no such connection, or two names mean the same.
   */
  of(names: readonly string[]): QuorumEngine {
    if (!Array.isArray(names)) {
      const message = `must be a list of names of connections; got ${describeValue(names)}`;
      throw new InvalidOptionsError('LockService.quorum', [{ path: 'connectionNames', message }]);
    }
    const id = names.toSorted().join('\n');
    const known = this.#engines.get(id);
    if (known !== undefined) return known;
    const engine = new QuorumEngine(this.#nodes(names), this.#deps);
    this.#engines.set(id, engine);
    if (!this.#isOpen) engine.interrupt();
    return engine;
  }

  /** Refuses new locks, ends every wait and tells every holder to stop. */
  interrupt(): void {
    this.#isOpen = false;
    for (const engine of this.#engines.values()) engine.interrupt();
  }

  /** Gives back whatever is still held. */
  async close(): Promise<void> {
    this.#isOpen = false;
    await Promise.all([...this.#engines.values()].map((engine) => engine.close()));
  }

  #nodes(names: readonly string[]): RedisGateway[] {
    const nodes = names.map((name) => this.#deps.find(name));
    const problems = names.flatMap((name, i) => {
      const path = `connectionNames[${i}]`;
      if (nodes[i] === undefined)
        return [{ path, message: `names '${name}', of which 'connections' knows nothing; add it there` }];
      if (nodes.indexOf(nodes[i]) < i)
        return [{ path, message: `names '${name}', which is another name of a server before it` }];
      return [];
    });
    if (names.length < 2)
      problems.push({
        path: 'connectionNames',
        message: 'must name two connections at least, better three or five',
      });
    if (problems.length > 0) throw new InvalidOptionsError('LockService.quorum', problems);
    return nodes.filter((node) => node !== undefined);
  }
}
