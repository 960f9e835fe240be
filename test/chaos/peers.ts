import { existsSync } from 'node:fs';

/** Are the libraries that other kinds of shops use; `npm install --prefix bench` installs them. */
const PEERS: Record<string, readonly string[]> = {
  nest: ['cache-manager', '@keyv/redis', '@nest-lab/throttler-storage-redis', 'redlock'],
  bentocache: ['bentocache', 'rate-limiter-flexible', '@verrou/core'],
};

/** Says why a kind of shop cannot take part in a fault. @returns null when it can. */
export function whyNot(kind: string, fault: string): string | null {
  const libraries = PEERS[kind];
  if (libraries === undefined) return null;
  const missing = libraries.filter((name) => !existsSync(`bench/node_modules/${name}`));
  if (missing.length > 0) return `${missing.join(', ')} not installed: npm install --prefix bench`;
  return /Sentinel|cluster/.test(fault) ? 'its program takes URLs only' : null;
}
