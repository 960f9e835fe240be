import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Finds `redis-server`, else `valkey-server`, on PATH. @returns null when there is neither. @internal */
export function findNativeBinary(): string | null {
  const directories = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  const candidates = ['redis-server', 'valkey-server'].flatMap((name) =>
    directories.map((directory) => join(directory, name)),
  );
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
