import { InvalidOptionsError } from '../errors.js';
import type { MethodParameters } from '../parameter-names.js';

/** Says where a template stands and what it may name. @internal */
export interface TemplateContext {
  /** Begins the error, for example `@Cached on UserService.find`. */
  readonly where: string;
  /** Is the option that holds the template, for example `key`. */
  readonly option: string;
  /** Are the method's parameters; null when they cannot be read. */
  readonly parameters: MethodParameters | null;
  /** Allows `{result}`, which is what the method returned. @default false */
  readonly allowResult?: boolean;
}

/** Is a place in a template that takes a value. @internal */
export interface Placeholder {
  /** Is the placeholder as written, for example `{0.id}`. */
  readonly text: string;
  /** Is the position of the argument, or `result`. */
  readonly source: number | 'result';
  /** Names the properties to follow from there. */
  readonly path: readonly string[];
}

const TOKEN = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;
const EXPRESSION = /^[^.\s]+(?:\.[^.\s]+)*$/;

/**
 * Takes a template apart into literal texts and placeholders: `{0}` is an argument, `{name}` the parameter of that
 * name, `{0.id}` a property of it, `{{` and `}}` are braces.
 *
 * @throws {InvalidOptionsError} when it is empty, a brace has no partner, a placeholder names nothing there is, or two
 * placeholders have no `:` between them: `{0}-{1}` would be the same for `'a-b', 'c'` and `'a', 'b-c'`.
 * @internal
 */
export function parseTemplate(template: string, context: TemplateContext): (string | Placeholder)[] {
  return new TemplateParser(template, context).parse();
}

class TemplateParser {
  constructor(
    private readonly template: string,
    private readonly context: TemplateContext,
  ) {}

  parse(): (string | Placeholder)[] {
    if (this.template === '') throw this.#problem('is empty');
    const parts: (string | Placeholder)[] = [];
    let literal = '';
    for (const [token, expression] of this.template.matchAll(TOKEN)) {
      if (expression === undefined) literal += this.#literal(token);
      else {
        if (parts.length > 0 && !literal.includes(':')) throw this.#notApart(token);
        parts.push(literal, this.#placeholder(token, expression));
        literal = '';
      }
    }
    return [...parts, literal].filter((part) => part !== '');
  }

  #literal(token: string): string {
    if (token === '{{' || token === '}}') return token.charAt(0);
    if (token === '{' || token === '}') {
      throw this.#problem(
        `has a '${token}' without its partner; write '${token}${token}' for a brace of the text`,
      );
    }
    return token;
  }

  #placeholder(text: string, expression: string): Placeholder {
    if (!EXPRESSION.test(expression)) {
      throw this.#problem(`has the placeholder ${text}; write {0}, {name} or {name.property}`);
    }
    const [head = '', ...path] = expression.split('.');
    return {
      text,
      source: /^\d+$/.test(head) ? this.#position(text, Number(head)) : this.#named(text, head),
      path,
    };
  }

  #position(text: string, position: number): number {
    const { parameters } = this.context;
    if (parameters === null || parameters.hasRest || position < parameters.names.length) return position;
    const count = parameters.names.length;
    throw this.#problem(
      `has the placeholder ${text}, but the method takes ${count} ${count === 1 ? 'parameter' : 'parameters'}; {0} is the first`,
    );
  }

  #named(text: string, name: string): number | 'result' {
    const { parameters, allowResult = false } = this.context;
    const names = parameters?.names ?? [];
    const position = names.indexOf(name);
    if (name === 'result' && allowResult) {
      if (position < 0) return 'result';
      throw this.#problem(
        `names 'result', which is both a parameter and the result; write {${position}} or rename it`,
      );
    }
    if (position >= 0) return position;
    const known = names.filter((known) => known !== undefined).join(', ') || 'none with a name';
    const hint =
      parameters === null ? 'its parameters cannot be read; write {0} for the first' : `it has: ${known}`;
    throw this.#problem(`has the placeholder ${text}, but the method has no parameter '${name}'; ${hint}`);
  }

  #notApart(text: string): InvalidOptionsError {
    return this.#problem(`needs a ':' before ${text}: without it, different values could give the same text`);
  }

  #problem(problem: string): InvalidOptionsError {
    const { where, option } = this.context;
    return new InvalidOptionsError(where, [
      { path: option, message: `the template '${this.template}' ${problem}` },
    ]);
  }
}
