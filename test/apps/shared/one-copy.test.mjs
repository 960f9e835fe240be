// Whether an application's own files, its dependencies and its tools say `import` or `require`: a process must hold one
// `CacheService`, or Nest cannot inject what another part has provided.
import assert from 'node:assert/strict';
import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { test } from 'node:test';

const require = createRequire(import.meta.url);
const manifestPath = require.resolve('nestjs-redis-suite/package.json');
const { name, exports } = JSON.parse(readFileSync(manifestPath, 'utf8'));

test('the library is the one installed here', () => {
  assert.equal(
    realpathSync(manifestPath),
    join(realpathSync(import.meta.dirname), 'node_modules', name, 'package.json'),
  );
});

for (const entry of Object.keys(exports).filter((key) => !key.endsWith('.json'))) {
  const specifier = name + entry.slice(1);
  test(`${specifier} is the same by import and by require`, async () => {
    const imported = await import(specifier);
    const required = require(specifier);
    const names = Object.keys(required).filter((key) => key !== '__esModule');
    assert.ok(names.length > 0);
    for (const key of names) assert.equal(imported[key], required[key], key);
    const loaded = Object.keys(require.cache).filter((file) =>
      file.includes(join('', name, 'dist', 'cjs') + sep),
    );
    assert.deepEqual(loaded, []);
  });
}
