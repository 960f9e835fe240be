import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SWC_OPTIONS } from './test/support/swc-options.mjs';

/** Fastify's `inject` requires this ES-module-only package, which Jest cannot do before Node 24.9: it is compiled. */
const REQUIRED_ESM = 'cookie';

/** What needs a server program, of which it starts several or gives it files, is left out where there is none. */
const HAS_SERVER = (process.env.PATH ?? '')
  .split(delimiter)
  .some((dir) => ['redis-server', 'valkey-server'].some((program) => existsSync(join(dir, program))));

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: [
    '**/*.spec.ts',
    '**/*.int-spec.ts',
    '**/*.e2e-spec.ts',
    ...(HAS_SERVER ? ['**/*.native-spec.ts'] : []),
  ],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^nestjs-redis-suite$': '<rootDir>/src/index.ts',
    '^nestjs-redis-suite/([a-z-]+)$': '<rootDir>/src/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '\\.ts$': ['@swc/jest', SWC_OPTIONS],
    [`/node_modules/${REQUIRED_ESM}/.+\\.js$`]: ['@swc/jest', { jsc: { target: 'es2022' } }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(.+/)?${REQUIRED_ESM}/)`],
  coverageProvider: 'v8',
  testTimeout: 20_000,
  // Many tests wait for servers more than they reckon.
  maxWorkers: '100%',
  // Modules that a file has loaded stay in its worker's memory. One that holds gigabytes stands still for most of a second
  // while V8 looks through them, which a test may take for a server that is away; so it is replaced between two files.
  workerIdleMemoryLimit: '500MB',
  // V8 takes longer than the usual half second to give so much back although nothing is left open ('exit' is emitted at
  // once). A worker that a test does hold open is still told of.
  workerGracefulExitTimeout: 10_000,
};
