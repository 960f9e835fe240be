import ts from 'typescript';

/** Is something that a file declares and exports. */
export interface ExportedSymbol {
  readonly name: string;
  readonly file: string;
  readonly description: string;
  /** Lists the names of its tags, as often as they stand there. */
  readonly tags: readonly string[];
}

/** Lists what `file` exports, its own and what it passes on from others; what is passed on is described at its source. */
export function exportedSymbols(program: ts.Program, file: string): ExportedSymbol[] {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(sourceOf(program, file));
  return (module === undefined ? [] : checker.getExportsOfModule(module)).map((exported) => {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
    return {
      name: exported.name,
      file: symbol.declarations?.[0]?.getSourceFile().fileName ?? '',
      description: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
      tags: symbol.getJsDocTags(checker).map(({ name }) => name),
    };
  });
}

/** Says what is wrong with the docstring of a symbol: it has a sentence, and says for whom it is. */
export function faultsOf({ description, tags }: ExportedSymbol): string[] {
  const audiences = tags.filter((tag) => tag === 'publicApi' || tag === 'internal');
  return [
    ...(/^[A-Z`'][^]*[.:]$/m.test(description) ? [] : ['has no sentence']),
    ...(audiences.length === 1 ? [] : [`says ${audiences.length} times for whom it is`]),
  ];
}

/** Lists the places of the declarations that `file` is compiled to at which stands `any`, written or inferred. */
export function anyTypes(program: ts.Program, file: string): string[] {
  const found: string[] = [];
  const write = (path: string, text: string) => {
    if (!path.endsWith('.d.ts')) return;
    const declarations = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(node.parent.getText());
      ts.forEachChild(node, visit);
    };
    visit(declarations);
  };
  program.emit(sourceOf(program, file), write, undefined, true);
  return found;
}

function sourceOf(program: ts.Program, file: string): ts.SourceFile {
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`${file} is not part of the program.`);
  return source;
}
