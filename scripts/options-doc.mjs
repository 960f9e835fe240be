// Writes docs/options.md from the option classes and their comments; with --check fails when the page is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as prettier from 'prettier';
import ts from 'typescript';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const PAGE = join(ROOT, 'docs/options.md');
const HEAD = `# Options

What \`RedisModule.forRoot\` and \`forRootAsync\` take. Every option may be left out. A \`Duration\` is a number of milliseconds or a
text such as \`'500ms'\`, \`'30s'\`, \`'15m'\`, \`'1h'\` or \`'7d'\`. Unknown options and values that cannot be used are reported at boot,
all of them in one error. The ways to write a \`connection\` are in [connections](connections.md).

This page is written from the sources by \`npm run docs:options\`.
`;

const sources = new Map();

/** Finds a class by following the import of its name from \`file\`. */
function findClass(name, file) {
  const source = sourceOf(file);
  for (const statement of source.statements) {
    if (ts.isClassDeclaration(statement) && statement.name?.text === name) return { node: statement, file };
  }
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const names = statement.importClause?.namedBindings?.elements ?? [];
    if (!names.some((element) => element.name.text === name)) continue;
    return findClass(name, resolve(dirname(file), statement.moduleSpecifier.text.replace(/\.js$/, '.ts')));
  }
  throw new Error(`${relative(ROOT, file)} has no class ${name}`);
}

function sourceOf(file) {
  if (!sources.has(file)) {
    const text = readFileSync(file, 'utf8');
    sources.set(file, ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
  }
  return sources.get(file);
}

/** Lists the properties of a class, those of its base first. */
function propertiesOf({ node, file }) {
  const base = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
  const inherited = base === undefined ? [] : propertiesOf(findClass(base.expression.getText(), file));
  const own = node.members.filter(ts.isPropertyDeclaration).map((property) => ({ property, file }));
  return [...inherited, ...own];
}

function rowsOf(found, path) {
  return propertiesOf(found).flatMap(({ property, file }) => {
    const at = path === '' ? property.name.getText() : `${path}.${property.name.getText()}`;
    const row = { at, type: property.type?.getText() ?? '', ...commentOf(property, at) };
    const nested = nestedOf(property);
    if (nested === null) return [row];
    const inside = nested.isRecord ? `${at}.<name>` : at;
    const rows = nested.names.flatMap((name) => rowsOf(findClass(name, file), inside));
    return [row, ...rows.filter((one, i) => rows.findIndex(({ at: other }) => other === one.at) === i)];
  });
}

function nestedOf(property) {
  for (const { expression } of ts.getDecorators(property) ?? []) {
    if (!ts.isCallExpression(expression) || expression.expression.getText() !== 'Nested') continue;
    const [optionsClass, shape] = expression.arguments;
    return { names: classesIn(optionsClass.body), isRecord: shape?.getText() === "'record'" };
  }
  return null;
}

/** Lists the classes among which an expression chooses, that of the other case first. */
function classesIn(expression) {
  if (ts.isParenthesizedExpression(expression)) return classesIn(expression.expression);
  if (!ts.isConditionalExpression(expression)) return [expression.getText()];
  return [...classesIn(expression.whenFalse), ...classesIn(expression.whenTrue)];
}

function commentOf(property, at) {
  const [comment] = property.jsDoc ?? [];
  const text = ts.getTextOfJSDocComment(comment?.comment);
  if (!text) throw new Error(`${at} has no comment`);
  const tag = comment.tags?.find(({ tagName }) => tagName.text === 'default');
  return { meaning: oneLine(text), fallback: oneLine(ts.getTextOfJSDocComment(tag?.comment) ?? '–') };
}

const oneLine = (text) => text.replace(/\s+/g, ' ').trim();
const cell = (text) => text.replaceAll('|', '\\|');

async function write() {
  const found = findClass('RedisModuleOptions', join(ROOT, 'src/redis.options.ts'));
  const rows = rowsOf(found, '').map(
    ({ at, type, fallback, meaning }) =>
      `| \`${at}\` | \`${cell(oneLine(type))}\` | ${cell(fallback)} | ${cell(meaning)} |`,
  );
  const table = ['| option | type | default | meaning |', '| - | - | - | - |', ...rows].join('\n');
  const config = await prettier.resolveConfig(PAGE);
  return prettier.format(`${HEAD}\n${table}\n`, { ...config, parser: 'markdown' });
}

const text = await write();
if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, text);
} else if (readFileSync(PAGE, 'utf8') !== text) {
  console.error('docs/options.md is stale: run npm run docs:options.');
  process.exit(1);
}
