import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { RedisClient } from './connection.options.js';
import type { LuaScript, RedisReply, ScriptCall } from './lua-script.js';
import { sendOwn } from './own-command.js';
import { replyOf } from './reply-errors.js';

interface KnownScript {
  readonly digest: string;
  /** Is the connection over which its text was sent, so that the server has it. */
  sentOver: Redis['stream'] | undefined;
}

/**
 * Runs scripts by their digests, and sends the text to a server that does not have it.
 *
 * @internal
 */
export class ScriptRunner {
  readonly #known = new Map<LuaScript, KnownScript>();

  constructor(private readonly client: RedisClient) {}

  /** Runs a script. EVALSHA, or EVAL over a new connection and when the server does not have it. */
  run({ script, keys, args = [] }: ScriptCall, binary: boolean): Promise<RedisReply> {
    const known = this.#known.get(script) ?? this.#note(script);
    const send = (command: string, text: string) =>
      sendOwn(this.client, [command, text, keys.length, ...keys, ...args], binary);
    // A cluster's client has no connection of its own.
    const { stream } = this.client as Partial<Redis>;
    if (stream !== known.sentOver) {
      known.sentOver = stream;
      return send('eval', script.source);
    }
    return send('evalsha', known.digest).catch((error: unknown) => {
      if (replyOf(error)?.code === 'NOSCRIPT') return send('eval', script.source);
      throw error;
    });
  }

  #note(script: LuaScript): KnownScript {
    const digest = createHash('sha1').update(script.source).digest('hex');
    const known: KnownScript = { digest, sentOver: undefined };
    this.#known.set(script, known);
    return known;
  }
}
