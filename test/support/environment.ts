/** Runs `act` with the variables of Redis that `env` says, and no others. */
export async function withEnvironment<T>(env: Record<string, string>, act: () => Promise<T>): Promise<T> {
  const before = process.env;
  const others = Object.entries(before).filter(([name]) => !/REDIS/.test(name));
  process.env = { ...Object.fromEntries(others), ...env };
  try {
    return await act();
  } finally {
    process.env = before;
  }
}
