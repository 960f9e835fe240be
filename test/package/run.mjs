// Tests the library as its users get it: packs it, installs the tarball into the applications of test/apps, in a
// directory that knows nothing of this repository, compiles them with their own TypeScript and runs their checks.
// `node test/package/run.mjs nest12-esm` takes only the applications named.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { killPrograms, runProgram } from './program.mjs';

const root = resolve(import.meta.dirname, '../..');
const templates = join(root, 'test', 'apps');
/** Holds what all applications have in common: their domain and its checks. */
const SHARED = 'shared';
const LIMIT_MS = { pack: 120_000, install: 180_000, script: 120_000 };

const work = mkdtempSync(join(tmpdir(), 'consumer-'));
const counts = { passed: 0, failed: 0, skipped: 0 };

process.on('exit', () => {
  killPrograms();
  rmSync(work, { recursive: true, force: true, maxRetries: 3 });
});
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.on(signal, () => process.exit(code));
}

/** Answers the environment of a user's shell: without what the `npm run` around this has set for this repository. */
function userEnvironment() {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|config_local_prefix|config_loglevel)/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    NODE_ENV: 'development',
    NODE_OPTIONS: '',
    NODE_PATH: '',
    NO_COLOR: '1',
  };
}

/** Runs npm; its output is shown only when it fails. */
async function npm(args, cwd, limitMs) {
  const started = performance.now();
  const { code, output } = await runProgram('npm', args, { cwd, env: userEnvironment(), limitMs });
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  return { ok: code === 0, output, seconds };
}

async function pack() {
  const { ok, output, seconds } = await npm(['pack', '--pack-destination', work], root, LIMIT_MS.pack);
  if (!ok) throw new Error(`npm pack failed:\n${output}`);
  const [tarball] = readdirSync(work);
  console.log(`packed ${tarball} in ${seconds} s`);
  return join(work, tarball);
}

/** Makes an application out of its template, what all have in common, and the tarball. */
function createApp(name, tarball) {
  const directory = join(work, name);
  mkdirSync(directory);
  cpSync(join(templates, SHARED), directory, { recursive: true });
  cpSync(join(templates, name), directory, { recursive: true });
  const manifestPath = join(directory, 'package.json');
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));
  manifest.dependencies['nestjs-redis-suite'] = `file:${tarball}`;
  writeFileSync(manifestPath, JSON.stringify(manifest, null, 2));
  return { name, directory, scripts: Object.keys(manifest.scripts) };
}

/** Reads the count of node:test, Jest or Vitest; a program that does not count is one test. */
function countTests(output, ok) {
  const number = (word) => {
    const found = new RegExp(`^# ${word} (\\d+)|^ *Tests:? .*?(\\d+) ${word}ed`, 'm').exec(output);
    return Number(found?.[1] ?? found?.[2] ?? 0);
  };
  const isCounted = /^# pass \d|^ *Tests:? .*\d/m.test(output);
  // A runner may fail without a failing test: when it finds none, or something is left open.
  const failed = ok ? 0 : Math.max(number('fail'), 1);
  return { passed: isCounted ? number('pass') : Number(ok), failed, skipped: number('skipp') };
}

function record(label, { ok, output, seconds }) {
  const tests = countTests(output, ok);
  for (const key of Object.keys(counts)) counts[key] += tests[key];
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${label} (${tests.passed} passed, ${seconds} s)`);
  if (!ok) console.log(output.replaceAll(/^/gm, '    '));
  return ok;
}

/** Answers whether it could be installed. */
async function install({ name, directory }) {
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  return record(`${name}: npm install`, await npm(args, directory, LIMIT_MS.install));
}

/** Builds an application and, if that went well, runs its checks. */
async function check({ name, directory, scripts }) {
  const run = async (script) =>
    record(`${name}: ${script}`, await npm(['run', '-s', script], directory, LIMIT_MS.script));
  if (!(await run('build'))) return;
  for (const script of scripts.filter((key) => key.startsWith('check:'))) await run(script);
}

const all = readdirSync(templates).filter((name) => name !== SHARED);
const chosen = process.argv.length > 2 ? process.argv.slice(2) : all;
try {
  const tarball = await pack();
  const checks = [];
  for (const app of chosen.map((name) => createApp(name, tarball))) {
    if (await install(app)) checks.push(check(app));
  }
  await Promise.all(checks);
} catch (error) {
  console.error(error);
  counts.failed += 1;
}
console.log(`tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;
