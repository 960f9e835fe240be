import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Tells whether nobody listens on a port of this machine. */
export async function refusesConnections(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}

/** Gives `promise` a moment, and answers 'pending' when that was not enough. */
export function raceOff<T>(promise: Promise<T>): Promise<T | 'pending'> {
  return Promise.race([promise, pause(50, 'pending' as const)]);
}
