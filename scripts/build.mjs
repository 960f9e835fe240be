// Builds the package twice, as ES modules and as CommonJS, and swaps the result into `dist` in one go: a program
// that runs from `dist` while this builds never meets half a build, and a failed build leaves the last one standing.
import { spawn } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '..', 'bin', 'tsc');
const target = join(root, 'dist');
const fresh = join(root, `dist.new-${process.pid}`);
const stale = join(root, `dist.old-${process.pid}`);

/** Runs one compiler; resolves to whether it found no error. */
function compile(project, outDir) {
  const args = [
    tsc,
    '-p',
    project,
    '--outDir',
    join(fresh, outDir),
    '--pretty',
    String(process.stdout.isTTY ?? false),
  ];
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', fail);
    child.on('exit', (code) => done(code === 0));
  });
}

/** Moves a directory; false when it is not there. */
async function move(from, to) {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Puts the fresh build where the old one was, also when another build does so at the same moment. */
async function swap() {
  for (let attempt = 1; ; attempt += 1) {
    await move(target, stale);
    try {
      await rename(fresh, target);
      return;
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes(error.code) || attempt === 5) throw error;
      await rm(stale, { recursive: true, force: true });
    }
  }
}

try {
  const compiled = await Promise.all([
    compile('tsconfig.esm.json', 'esm'),
    compile('tsconfig.cjs.json', 'cjs'),
  ]);
  if (compiled.includes(false)) {
    console.error(
      'The build failed: see the compiler errors above. The last good build in dist, if any, was left alone.',
    );
    process.exitCode = 1;
  } else {
    await mkdir(join(fresh, 'cjs'), { recursive: true });
    await writeFile(join(fresh, 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
    await swap();
  }
} finally {
  await rm(fresh, { recursive: true, force: true });
  await rm(stale, { recursive: true, force: true });
}
