/** Is one server-side script, embedded from its `.lua` file by `npm run lua`. @internal */
export interface LuaScript {
  /** Is the file's name without its ending, for example `acquire-2`. */
  readonly name: string;
  readonly source: string;
}

/** Is one run of a script. @internal */
export interface ScriptCall {
  readonly script: LuaScript;
  readonly keys: readonly string[];
  readonly args?: readonly RedisArgument[];
  /** Is true for a script that answers bytes: Buffers in place of strings. @default false */
  readonly binary?: boolean;
}

/** Is what a command or script takes. @internal */
export type RedisArgument = string | number | Buffer;

/** Is what a command or script answers. @internal */
export type RedisReply = string | number | bigint | null | Buffer | RedisReply[];

/** Is a command's name and its arguments. @internal */
export type RedisCommand = readonly [name: string, ...args: RedisArgument[]];
