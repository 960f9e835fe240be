import type { Clock } from '../common/clock.js';

/** Waits for a call, but for `limitMs` at most; then it ends as one that ioredis limits. @internal */
export async function within<T>(clock: Clock, limitMs: number, call: Promise<T>): Promise<T> {
  let cancel = () => {};
  const limit = new Promise<never>((_, reject) => {
    cancel = clock.after(limitMs, () => reject(new Error('Command timed out')));
  });
  try {
    return await Promise.race([call, limit]);
  } finally {
    cancel();
  }
}
