import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Tells whether a child process has not ended yet. @internal */
export function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Kills a child process and waits until it is gone; does nothing when it is gone already. @internal */
export async function killChild(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const exited = once(child, 'exit');
  child.ref();
  child.kill('SIGKILL');
  await exited;
}
