import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Is what a process knows of itself. */
export interface ProcessFigures {
  /** Is the longest that one call to Redis took, in milliseconds; null where nobody measures it. */
  readonly longestCallMs: number | null;
  readonly longestDelayMs: number;
}

const RESOLUTION_MS = 10;
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();

/** Tells how late this process came to do what was due, at worst: no time limit can be kept better. */
export function longestDelayMs(): number {
  return Math.max(0, delays.max / 1e6 - RESOLUTION_MS);
}

/** Forgets what was before, such as the start. */
export function forgetDelays(): void {
  delays.reset();
}

/** Tells the parent its figures when it asks. */
export function answerFigures(longestCallMs: () => number | null): void {
  process.on('message', (message) => {
    if (message === 'forget delays') forgetDelays();
    if (message !== 'figures') return;
    process.send?.({ figures: { longestCallMs: longestCallMs(), longestDelayMs: longestDelayMs() } });
  });
}

/** Asks a process for its figures. */
export async function askFigures(child: ChildProcess): Promise<ProcessFigures> {
  child.send('figures');
  for (;;) {
    const [message] = (await once(child, 'message')) as [{ figures?: ProcessFigures }];
    if (message.figures !== undefined) return message.figures;
  }
}
