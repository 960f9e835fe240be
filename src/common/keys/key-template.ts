import { escapePattern, notASegment, segmentText } from './key-encoding.js';
import { parseTemplate, type Placeholder, type TemplateContext } from './template-parser.js';

/** Makes the parts of a key from a call's arguments and, where allowed, its result. @internal */
export type KeyTemplate = (args: readonly unknown[], result?: unknown) => readonly string[];

/** Makes a pattern from a call's arguments and, where allowed, its result. @internal */
export type PatternTemplate = (args: readonly unknown[], result?: unknown) => string;

interface Part {
  before: string;
  placeholder?: Placeholder;
  after: string;
}

/**
 * Compiles a template such as `user:{0.id}` for anything made of key parts: keys, tags, resources, ids. An inserted
 * value stays within its part, whatever it holds. The list that comes out is a `CacheKey`.
 *
 * @returns a function that throws {@link InvalidKeyError} when a value is no string, finite number, bigint or boolean.
 * @throws {InvalidOptionsError} when the template is wrong.
 * @internal
 */
export function compileTemplate(template: string, context: TemplateContext): KeyTemplate {
  const parts = splitParts(parseTemplate(template, context));
  const where = `template '${template}' of ${context.where}`;
  return (args, result) =>
    parts.map(({ before, placeholder, after }) =>
      placeholder === undefined ? before : before + valueOf(placeholder, { args, result, where }) + after,
    );
}

/**
 * Compiles a template whose literal text is a pattern, such as `user:{0}:*`. An inserted value is literal there.
 *
 * @returns a function that throws {@link InvalidKeyError} when a value is no string, finite number, bigint or boolean.
 * @throws {InvalidOptionsError} when the template is wrong.
 * @internal
 */
export function compilePatternTemplate(template: string, context: TemplateContext): PatternTemplate {
  const parts = parseTemplate(template, context);
  const where = `template '${template}' of ${context.where}`;
  return (args, result) =>
    parts
      .map((part) =>
        typeof part === 'string' ? part : escapePattern(valueOf(part, { args, result, where })),
      )
      .join('');
}

/** Gathers what stands between two `:`; the parser lets no two placeholders share a part. */
function splitParts(template: readonly (string | Placeholder)[]): Part[] {
  let part: Part = { before: '', after: '' };
  const parts = [part];
  for (const piece of template) {
    if (typeof piece !== 'string') {
      part.placeholder = piece;
      continue;
    }
    const [rest = '', ...next] = piece.split(':');
    if (part.placeholder === undefined) part.before += rest;
    else part.after += rest;
    for (const before of next) {
      part = { before, after: '' };
      parts.push(part);
    }
  }
  return parts;
}

interface Call {
  readonly args: readonly unknown[];
  readonly result: unknown;
  readonly where: string;
}

function valueOf({ source, path, text }: Placeholder, { args, result, where }: Call): string {
  let value = source === 'result' ? result : args[source];
  for (const property of path) {
    if (value === null || value === undefined) break;
    value = (value as Readonly<Record<string, unknown>>)[property];
  }
  const rendered = segmentText(value);
  if (rendered === null) throw notASegment(`${text} in the ${where}`, value);
  return rendered;
}
