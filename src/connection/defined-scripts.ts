import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { RedisClient } from './connection.options.js';
import type { LuaScript, RedisArgument, RedisReply, ScriptCall } from './lua-script.js';

type ScriptMethod = (this: RedisClient, ...args: RedisArgument[]) => Promise<RedisReply>;

/** Is what ioredis makes of a script: a method that answers strings, and one that answers Buffers. */
interface DefinedScript {
  readonly text: ScriptMethod;
  readonly binary: ScriptMethod;
  /** Is the connection over which it has run. */
  ranOver: Redis['stream'] | undefined;
}

/**
 * Runs scripts by their digests through ioredis, which loads those that the server does not have.
 *
 * @internal
 */
export class DefinedScripts {
  readonly #client: RedisClient;
  readonly #defined = new Map<LuaScript, DefinedScript>();

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /** Tells whether a script has run over the present connection, so that one command will do, not two. */
  hasRun(script: LuaScript): boolean {
    const { stream } = this.#client as Partial<Redis>;
    return stream !== undefined && this.#defined.get(script)?.ranOver === stream;
  }

  /** Runs a script. EVALSHA, or EVAL when the server does not have it. */
  run({ script, keys, args = [] }: ScriptCall, binary: boolean): Promise<RedisReply> {
    const defined = this.#defined.get(script) ?? this.#define(script);
    const method = binary ? defined.binary : defined.text;
    const lead = script.numberOfKeys === null ? [keys.length] : [];
    const reply = method.call(this.#client, ...lead, ...keys, ...args);
    return this.hasRun(script) ? reply : this.#note(defined, reply);
  }

  async #note(defined: DefinedScript, reply: Promise<RedisReply>): Promise<RedisReply> {
    const { stream } = this.#client as Partial<Redis>;
    const value = await reply;
    defined.ranOver = stream;
    return value;
  }

  /** ioredis keeps the digest and answers NOSCRIPT by loading; the name must not clash with one of the application's. */
  #define(script: LuaScript): DefinedScript {
    const digest = createHash('sha1').update(script.source).digest('hex').slice(0, 12);
    const name = `nestjs-redis-suite:${script.name}:${digest}`;
    const numberOfKeys = script.numberOfKeys ?? undefined;
    this.#client.defineCommand(name, {
      lua: script.source,
      ...(numberOfKeys !== undefined && { numberOfKeys }),
    });
    const { [name]: text, [`${name}Buffer`]: binary } = this.#client as unknown as Record<
      string,
      ScriptMethod
    >;
    const defined = { text, binary, ranOver: undefined } as DefinedScript;
    this.#defined.set(script, defined);
    return defined;
  }
}
