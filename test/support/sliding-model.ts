/** Is one thing that happens to a subject: time passes, then something is consumed or given back. */
export interface LimitStep {
  /** Is how much time passes before, in microseconds. */
  readonly waitUs: number;
  /** Is what is consumed; below 0 it is given back. */
  readonly cost: number;
}

/** Keeps every single call: the plainest sliding window there can be, to compare with. */
export class SlidingModel {
  #calls: number[] = [];

  constructor(
    readonly limit: number,
    readonly windowUs: number,
  ) {}

  /** Answers what an exact limiter answers; times in microseconds. */
  step(now: number, cost: number): { allowed: boolean; remaining: number; reset: number; retry: number } {
    const live = this.#calls.filter((at) => at > now - this.windowUs);
    this.#calls = live;
    const allowed = cost < 0 || live.length + cost <= this.limit;
    const frees = live[live.length + cost - this.limit - 1];
    if (cost < 0) live.splice(cost);
    else if (allowed) for (let i = 0; i < cost; i++) live.push(now);
    const last = live.at(-1);
    return {
      allowed,
      remaining: this.limit - live.length,
      reset: last === undefined ? 0 : last + this.windowUs - now,
      retry: allowed ? 0 : (frees ?? now) + this.windowUs - now,
    };
  }
}

/** Returns the most that was admitted in any window: the calls' times and costs must be in order. */
export function mostInAnyWindow(admitted: readonly { at: number; cost: number }[], windowUs: number): number {
  let most = 0;
  let sum = 0;
  let from = 0;
  for (const { at, cost } of admitted) {
    sum += cost;
    while (admitted[from]!.at <= at - windowUs) sum -= admitted[from++]!.cost;
    most = Math.max(most, sum);
  }
  return most;
}
