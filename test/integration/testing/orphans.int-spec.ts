import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { INSTALLED_KINDS } from '../../support/installed-kinds.js';
import { refusesConnections } from '../../support/tcp.js';
import { until } from '../../support/until.js';

const ENDINGS = [
  'forgets it',
  'exits',
  'throws',
  'is killed',
  'is killed while it is frozen',
  'is killed while it runs an endless script',
];

describe.each(INSTALLED_KINDS)('the %s server of a process that', (kind) => {
  it.each(ENDINGS)('%s ends with it', async (ending) => {
    const args = ['--import', './test/support/typescript.mjs', 'test/support/redis-owner.ts', kind, ending];
    const owner = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = once(owner, 'exit');
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const { port, directory } = JSON.parse(line.toString()) as { port: number; directory: string };

    if (ending.startsWith('is killed')) {
      expect(await refusesConnections(port)).toBe(false);
      owner.kill('SIGKILL');
    }
    await ended;
    await until(() => refusesConnections(port));
    if (kind === 'native') {
      expect(directory).toContain(tmpdir());
      await until(() => !existsSync(directory));
    }
  });
});
