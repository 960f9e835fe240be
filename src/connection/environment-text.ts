/** Is the environment of a process, or what stands for it. @internal */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the text of a variable; a blank one counts for none. A password may begin or end with a blank, around
 * everything else one is a slip.
 *
 * @internal
 */
export function present(env: Environment, name: string): string | undefined {
  const text = name === 'REDIS_PASSWORD' ? env[name] : env[name]?.trim();
  return text === '' ? undefined : text;
}
