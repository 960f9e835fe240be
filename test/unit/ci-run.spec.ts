import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

/** Stands in for npm: `ci` installs a compiler, and each other command runs what the test prepared for it. */
const NPM = `#!/bin/sh
if [ "$1" = ci ]; then
  mkdir -p node_modules/.bin && ln -s /bin/true node_modules/.bin/tsc
else
  for word in "$@"; do :; done
  if [ -f "answers/$word" ]; then . "answers/$word"; fi
fi
`;

jest.setTimeout(60_000);

describe('.ci/run', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'ci-run-'));
    for (const folder of ['.ci', 'bin', 'answers']) await mkdir(join(root, folder));
    await cp('.ci/run', join(root, '.ci/run'));
    for (const [name, text] of [
      ['npm', NPM],
      ['redis-server', '#!/bin/sh\n'],
    ] as const) {
      await writeFile(join(root, 'bin', name), text);
      await chmod(join(root, 'bin', name), 0o755);
    }
  });
  afterEach(() => rm(root, { recursive: true }));

  function answer(command: string, script: string): Promise<void> {
    return writeFile(join(root, 'answers', command), script);
  }

  function run(): Promise<{ code: number; lines: string[] }> {
    const env = { ...process.env, PATH: [join(root, 'bin'), process.env.PATH].join(delimiter) };
    return new Promise((done) => {
      execFile(join(root, '.ci/run'), { env }, (error, stdout) => {
        done({ code: typeof error?.code === 'number' ? error.code : 0, lines: stdout.trimEnd().split('\n') });
      });
    });
  }

  it('runs the test command of the README and sums what all runners count', async () => {
    await answer('test', 'echo "Tests:       1 skipped, 1 todo, 14 passed, 16 total"');
    await answer('test:jest', 'echo "Tests:       3 passed, 3 total"; echo "Time:        1 s"');
    await answer(
      'test:package',
      'echo "tests: 1 passed, 9 failed, 0 skipped"; echo "tests: 7 passed, 0 failed, 2 skipped"',
    );
    const { code, lines } = await run();
    expect(lines).toContain('=== readme: npm ci && npm test');
    expect(await readFile('README.md', 'utf8')).toContain('\nnpm ci && npm test\n');
    expect(lines.at(-1)).toBe('tests: 24 passed, 0 failed, 4 skipped');
    expect(code).toBe(0);
  });

  it('goes on after a failure, and counts a step that fails without a failed test as one', async () => {
    await answer('test', 'echo "Tests:       2 failed, 14 passed, 16 total"; exit 1');
    await answer('lint', 'exit 1');
    await answer('test:demo', 'echo "tests: 5 passed, 0 failed, 0 skipped"');
    const { code, lines } = await run();
    expect(lines).toContain('Failed: readme lint');
    expect(lines.at(-1)).toBe('tests: 19 passed, 3 failed, 0 skipped');
    expect(code).toBe(1);
  });

  it('ends what does not end: a waiting Jest, and processes left in the session or out of it', async () => {
    await answer('test:jest', 'sleep 321 >/dev/null 2>&1 & setsid sleep 321 >/dev/null 2>&1 &');
    await answer('test', 'echo "Jest did not exit one second after the test run has completed."; sleep 100');
    const { code, lines } = await run();
    expect(lines.filter((line) => line.endsWith('sleep 321'))).toHaveLength(2);
    expect(lines).toContain('Failed: readme embedded');
    expect(lines.at(-1)).toBe('tests: 0 passed, 2 failed, 0 skipped');
    expect(code).toBe(1);
  });

  it('gives up with a summary when the dependencies cannot be installed', async () => {
    await writeFile(join(root, 'bin/npm'), '#!/bin/sh\nexit 1\n');
    const { code, lines } = await run();
    expect(lines.at(-1)).toBe('tests: 0 passed, 1 failed, 0 skipped');
    expect(code).toBe(1);
  });
});
