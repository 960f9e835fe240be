/**
 * Lets plain Node run the TypeScript sources: `node --import ./test/support/typescript.mjs program.ts`.
 *
 * For tests that need several processes, or one that may be killed.
 */
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { SWC_OPTIONS } from './swc-options.mjs';

// Node runs the hooks below in a thread of their own, which loads this file a second time.
if (isMainThread) register(import.meta.url);

export async function resolve(specifier, context, next) {
  const fromSource = context.parentURL?.endsWith('.ts') && specifier.startsWith('.');
  return next(fromSource ? specifier.replace(/\.js$/, '.ts') : specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { transform } = await import('@swc/core');
  const { code } = await transform(await readFile(new URL(url), 'utf8'), {
    ...SWC_OPTIONS,
    module: { type: 'es6' },
    sourceMaps: 'inline',
  });
  return { format: 'module', source: code, shortCircuit: true };
}
