import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { anyTypes, exportedSymbols, faultsOf } from '../support/api-surface.js';

const SRC = resolve('src');
const MAX_LINES = 300;

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => join(SRC, file))
  .filter((file) => /\.(ts|lua)$/.test(file));
/** Scripts that `npm run lua` embeds are documented in their .lua files. */
const SOURCES = FILES.filter((file) => /(?<!generated)\.ts$/.test(file));

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, unknown> };
/** The doors of the package: `.` is src/index.ts, `./testing` is src/testing/index.ts. */
const FACES = Object.keys(exports)
  .filter((door) => !door.endsWith('.json'))
  .map((door) => join(SRC, door, 'index.ts'));

const CONFIG = ts.readConfigFile('tsconfig.esm.json', (path) => readFileSync(path, 'utf8'));
const OPTIONS: ts.CompilerOptions = {
  ...ts.parseJsonConfigFileContent(CONFIG.config, ts.sys, resolve('.')).options,
  emitDeclarationOnly: true,
  sourceMap: false,
};

const at = (file: string, what: string) => `${relative('.', file)}: ${what}`;

describe('The sources', () => {
  let program: ts.Program;
  beforeAll(() => {
    program = ts.createProgram(SOURCES, OPTIONS);
  }, 60_000);

  it('describe everything that they export, and say for whom it is', () => {
    const faults = SOURCES.flatMap((file) =>
      exportedSymbols(program, file)
        .filter((symbol) => symbol.file === file)
        .flatMap((symbol) => faultsOf(symbol).map((fault) => at(file, `${symbol.name} ${fault}`))),
    );
    expect(faults).toEqual([]);
  });

  it('show users what is meant for them, and nothing else', () => {
    const shown = new Set<string>();
    const notForUsers: string[] = [];
    for (const face of FACES) {
      for (const { name, file, tags } of exportedSymbols(program, face)) {
        shown.add(at(file, name));
        if (!tags.includes('publicApi')) notForUsers.push(at(face, name));
      }
    }
    const hidden = SOURCES.flatMap((file) =>
      exportedSymbols(program, file)
        .filter((symbol) => symbol.file === file && symbol.tags.includes('publicApi'))
        .map(({ name }) => at(file, name))
        .filter((name) => !shown.has(name)),
    );
    expect(shown.size).toBeGreaterThan(50);
    expect({ notForUsers, hidden }).toEqual({ notForUsers: [], hidden: [] });
  });

  it('have no `any` in their types, neither written nor inferred', () => {
    expect(SOURCES.flatMap((file) => anyTypes(program, file).map((text) => at(file, text)))).toEqual([]);
  }, 60_000);

  it(`have files of at most ${MAX_LINES} lines`, () => {
    const long = FILES.map(
      (file) => [relative('.', file), readFileSync(file, 'utf8').split('\n').length - 1] as const,
    );
    expect(long.filter(([, lines]) => lines > MAX_LINES)).toEqual([]);
  });
});

describe('These rules', () => {
  const HOUSE: Record<string, string> = {
    'good.ts': `/** Counts to ten. @internal */\nexport const ten = 10;\n/**\n * Is a \`Box\`.\n *\n * @publicApi\n */\nexport class Box<T> { constructor(readonly value: T) {} }`,
    'bare.ts': `export const bare = 1;`,
    'silent.ts': `/** @internal */\nexport function silent(): void {}`,
    'nobody.ts': `/** Is for nobody. */\nexport interface Nobody { a: 1 }`,
    'both.ts': `/** Is for all. @internal @publicApi */\nexport type Both = 1;`,
    'fragment.ts': `/** the value @internal */\nexport const fragment = 1;`,
    'any.ts': `/** Reads. @publicApi */\nexport const read = (text: string) => JSON.parse(text);\n/** Is odd. @publicApi */\nexport type Odd = Record<string, any>;`,
  };
  let program: ts.Program;
  beforeAll(() => {
    const host = ts.createCompilerHost(OPTIONS);
    const { getSourceFile } = host;
    host.getSourceFile = (file, version) =>
      HOUSE[file] === undefined
        ? getSourceFile(file, version)
        : ts.createSourceFile(file, HOUSE[file], version);
    program = ts.createProgram(Object.keys(HOUSE), { ...OPTIONS, rootDir: undefined, types: [] }, host);
  }, 60_000);

  it.each<[string, string[]]>([
    ['good.ts', []],
    ['bare.ts', ['bare has no sentence', 'bare says 0 times for whom it is']],
    ['silent.ts', ['silent has no sentence']],
    ['nobody.ts', ['Nobody says 0 times for whom it is']],
    ['both.ts', ['Both says 2 times for whom it is']],
    ['fragment.ts', ['fragment has no sentence']],
    ['any.ts', []],
  ])('find what is wrong with the docstrings of %s', (file, faults) => {
    const found = exportedSymbols(program, file).flatMap((symbol) =>
      faultsOf(symbol).map((fault) => `${symbol.name} ${fault}`),
    );
    expect(found).toEqual(faults);
  });

  it('find `any`, written and inferred', () => {
    expect(anyTypes(program, 'any.ts')).toEqual(['(text: string) => any', 'Record<string, any>']);
    expect(anyTypes(program, 'good.ts')).toEqual([]);
  });
});
