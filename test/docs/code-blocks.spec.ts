import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

/**
 * Compiles every `ts` block of the README and of docs/. A block may leave out its imports, may be only the members of a
 * class, and may use the names that test/docs/ambient.d.ts declares. Seen to fail: with an option misspelt in a block.
 */

/** Maps modules whose exports a block may use without importing them to the file that has their types. */
const MODULES: Record<string, string> = {
  'nestjs-redis-suite': resolve('src/index.ts'),
  'nestjs-redis-suite/admin': resolve('src/admin/index.ts'),
  'nestjs-redis-suite/testing': resolve('src/testing/index.ts'),
};
const IMPORTABLE = [
  ...Object.keys(MODULES),
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/terminus',
  '@nestjs/testing',
];

/** A block may be the body of a method. */
const RETURN_OUTSIDE_FUNCTION = 1108;

interface Block {
  readonly page: string;
  readonly line: number;
  readonly code: string;
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(/^```ts\n([^]*?)^```/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length,
    code: match[1]!,
  }));
}

const PAGES = [
  'README.md',
  ...readdirSync('docs')
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];
const BLOCKS = PAGES.flatMap(blocksOf);

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  noEmit: true,
  types: ['node'],
};

/** Resolves the library to its sources, and everything else as from here. */
function hostFor(files: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file) ?? readFile(file);
  host.getSourceFile = (file, version) => {
    const text = files.get(file);
    return text === undefined ? getSourceFile(file, version) : ts.createSourceFile(file, text, version);
  };
  host.resolveModuleNameLiterals = (literals, containing, _redirected, options) =>
    literals.map(({ text }) => {
      const own = MODULES[text];
      if (own !== undefined) return { resolvedModule: { resolvedFileName: own, extension: ts.Extension.Ts } };
      return ts.resolveModuleName(
        text,
        containing,
        options,
        host,
        undefined,
        undefined,
        ts.ModuleKind.ESNext,
      );
    });
  return host;
}

function exportedNames(): Map<string, string> {
  const entry = resolve('test/docs/exports.ts');
  const text = IMPORTABLE.map((name, i) => `import * as m${i} from '${name}';`).join('\n');
  const program = ts.createProgram([entry], { ...OPTIONS, types: [] }, hostFor(new Map([[entry, text]])));
  const checker = program.getTypeChecker();
  const names = new Map<string, string>();
  for (const statement of program.getSourceFile(entry)!.statements) {
    const { moduleSpecifier } = statement as ts.ImportDeclaration;
    const module = checker.getSymbolAtLocation(moduleSpecifier);
    for (const { name } of module === undefined ? [] : checker.getExportsOfModule(module)) {
      if (!names.has(name)) names.set(name, (moduleSpecifier as ts.StringLiteral).text);
    }
  }
  return names;
}

/** Adds, on the block's first line so that line numbers stay, the imports it left out; wraps bare members of a class. */
function complete({ code }: Block, exported: ReadonlyMap<string, string>): string {
  const bare = code.replace(/\/\/.*$/gm, '').replace(/'[^'\n]*'/g, "''");
  const imported = new Set(
    [...bare.matchAll(/import (?:type )?(?:\w+, )?\{([^}]*)\}/g)].flatMap(([, list]) => list!.match(/\w+/g)),
  );
  const declared = new Set(
    [...bare.matchAll(/(?:class|const|function|interface|type) (\w+)/g)].map(([, name]) => name),
  );
  const missing = [...new Set(bare.match(/\b[A-Za-z]\w*\b/g))].filter(
    (name) => exported.has(name) && !imported.has(name) && !declared.has(name) && !isOnlyMember(bare, name),
  );
  const imports = missing.map((name) => `import { ${name} } from '${exported.get(name)!}';`).join(' ');
  const isMembers = /^\s*(@|constructor\()/.test(bare) && !/\bclass\b/.test(bare);
  return `${imports} export {}; ${isMembers ? `class Example { ${code} }` : code}`;
}

function isOnlyMember(code: string, name: string): boolean {
  return !new RegExp(`(?<![.\\w])${name}\\b(?!\\??:)`).test(code);
}

describe('code in the documentation', () => {
  const exported = exportedNames();
  const files = new Map(
    BLOCKS.map((block) => [
      resolve(dirname(block.page), `${block.page.replaceAll('/', '-')}-${block.line}.ts`),
      block,
    ]),
  );
  const sources = new Map([...files].map(([file, block]) => [file, complete(block, exported)]));
  const program = ts.createProgram(
    [...sources.keys(), resolve('test/docs/ambient.d.ts')],
    OPTIONS,
    hostFor(sources),
  );

  it('is found', () => {
    expect(BLOCKS.length).toBeGreaterThan(10);
  });

  it.each([...files].map(([file, { page, line }]) => [`${page}:${line}`, file]))(
    '%s compiles',
    (_name, file) => {
      const source = program.getSourceFile(file);
      const diagnostics = [
        ...program.getSyntacticDiagnostics(source),
        ...program.getSemanticDiagnostics(source),
      ].filter(({ code }) => code !== RETURN_OUTSIDE_FUNCTION);
      expect(
        diagnostics.map(({ messageText, start = 0 }) => {
          const { line } = source!.getLineAndCharacterOfPosition(start);
          return `line ${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
        }),
      ).toEqual([]);
    },
  );
});
