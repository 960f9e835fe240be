const typescript = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    keepClassNames: true,
  },
};

/**
 * ES-module-only packages that a CommonJS package requires (Fastify's `inject` requires `cookie`): Jest cannot do that
 * before Node 24.9, so they are compiled on the way.
 */
const REQUIRED_ESM = '(cookie|content-disposition)';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.spec.ts', '**/*.int-spec.ts', '**/*.e2e-spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^nestjs-redis-suite$': '<rootDir>/src/index.ts',
    '^nestjs-redis-suite/([a-z-]+)$': '<rootDir>/src/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '\\.ts$': ['@swc/jest', typescript],
    [`/node_modules/${REQUIRED_ESM}/.+\\.js$`]: ['@swc/jest', { jsc: { target: 'es2022' } }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(.+/)?${REQUIRED_ESM}/)`],
  coverageProvider: 'v8',
  testTimeout: 20_000,
};
