import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

/** Seen to fail: with a comment or tag taken away, an `any` in a public type, and an export left out of the face. */

const FACES = ['src/index.ts', 'src/admin/index.ts', 'src/testing/index.ts'];
const FILES = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join('src', file));
const SOURCES = FILES.filter((file) => !file.endsWith('index.ts') && !file.endsWith('generated.ts'));

const { config } = ts.readConfigFile('tsconfig.json', (file) => readFileSync(file, 'utf8')) as {
  config: { compilerOptions: object };
};
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, '.');
const program = ts.createProgram(
  FILES.map((file) => resolve(file)),
  options,
);
const checker = program.getTypeChecker();

interface Exported {
  readonly name: string;
  readonly symbol: ts.Symbol;
  readonly tags: readonly string[];
  readonly comment: string;
}

function exportsOf(file: string): Exported[] {
  const module = checker.getSymbolAtLocation(program.getSourceFile(resolve(file))!);
  return (module === undefined ? [] : checker.getExportsOfModule(module)).map((found) => {
    const isAlias = (found.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? checker.getAliasedSymbol(found) : found;
    const comment = ts.displayPartsToString(symbol.getDocumentationComment(checker));
    return { name: found.name, symbol, comment, tags: symbol.getJsDocTags(checker).map(({ name }) => name) };
  });
}

/** Lists where the declared type of something says `any`, private members apart. */
function anysIn(node: ts.Node): string[] {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  if (modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)) return [];
  if (ts.isBlock(node) || (ts.isPropertyDeclaration(node) && ts.isPrivateIdentifier(node.name))) return [];
  if (node.kind === ts.SyntaxKind.AnyKeyword) return [node.parent.getText()];
  const found: string[] = [];
  node.forEachChild((child) => void found.push(...anysIn(child)));
  return found;
}

describe('every export', () => {
  it.each(SOURCES)('of %s has a comment and says whom it is for', (file) => {
    const lacking = exportsOf(file).filter(
      ({ comment, tags }) => comment === '' || tags.includes('publicApi') === tags.includes('internal'),
    );
    expect(lacking.map(({ name }) => name)).toEqual([]);
  });
});

describe('the faces', () => {
  const shown = new Set(FACES.flatMap((face) => exportsOf(face).map(({ symbol }) => symbol)));

  it.each(FACES)('%s shows what is public, and nothing else', (face) => {
    const hidden = exportsOf(face).filter(({ tags }) => !tags.includes('publicApi'));
    expect(hidden.map(({ name }) => name)).toEqual([]);
  });

  it('show everything that is public', () => {
    const missing = SOURCES.flatMap(exportsOf).filter(
      ({ symbol, tags }) => tags.includes('publicApi') && !shown.has(symbol),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('say any nowhere', () => {
    const declarations = [...shown].flatMap(({ declarations = [] }) => declarations);
    expect(declarations.length).toBeGreaterThan(100);
    expect(declarations.flatMap(anysIn)).toEqual([]);
  });
});

describe('every file of src', () => {
  it('has at most 300 lines', () => {
    const long = FILES.filter((file) => readFileSync(file, 'utf8').split('\n').length > 301);
    expect(long).toEqual([]);
  });
});
