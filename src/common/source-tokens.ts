/** White space and comments, quoted texts, identifiers, `=>` and `...` as one token each; else single characters. */
const TOKEN =
  /(\s+|\/\/[^\n]*|\/\*[^]*?\*\/)|('(?:\\[^]|[^'\\])*'|"(?:\\[^]|[^"\\])*")|=>|\.\.\.|#?[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*|[^]/uy;
const REGEXP = /\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+\/\w*/uy;
const VALUE_END = /^[\p{ID_Continue}$)\]}]$/u;
const OPERATOR_WORD = /^(?:await|case|delete|in|instanceof|of|return|throw|typeof|void|yield)$/;

/** Stands for a whole literal: a quoted text, a template or a regular expression. */
const LITERAL = '""';

/**
 * Walks JavaScript source token by token, without white space and comments; enough to find brackets and commas that
 * are code and not content.
 *
 * @internal
 */
export class SourceTokens {
  #position = 0;
  #previous = '';

  constructor(private readonly source: string) {}

  /** Returns the next token, undefined at the end. */
  next(): string | undefined {
    for (;;) {
      TOKEN.lastIndex = this.#position;
      const [token, blank, quoted] = TOKEN.exec(this.source) ?? [];
      if (token === undefined) return undefined;
      const start = this.#position;
      this.#position += token.length;
      if (blank !== undefined) continue;
      this.#previous = quoted !== undefined || this.#passLiteral(token, start) ? LITERAL : token;
      return this.#previous;
    }
  }

  /** Passes over everything up to and including the bracket that closes one just read. */
  passBrackets(): void {
    for (let depth = 1, token = this.next(); token !== undefined; token = this.next()) {
      if (isOpening(token)) depth++;
      if (isClosing(token) && --depth === 0) return;
    }
  }

  #passLiteral(token: string, start: number): boolean {
    if (token === '`') this.#passTemplate();
    else if (token === '/' && !this.#followsValue()) {
      REGEXP.lastIndex = start;
      this.#position += (REGEXP.exec(this.source)?.[0].length ?? 1) - 1;
    } else return false;
    return true;
  }

  #passTemplate(): void {
    for (;;) {
      const character = this.source[this.#position++];
      if (character === '`' || character === undefined) return;
      if (character === '\\') this.#position++;
      if (character === '$' && this.source[this.#position] === '{') {
        this.#position++;
        this.passBrackets();
      }
    }
  }

  /** Says whether a `/` here divides: it follows a value and not an operator. */
  #followsValue(): boolean {
    const previous = this.#previous;
    if (previous === LITERAL) return true;
    return VALUE_END.test(previous.at(-1) ?? '') && !OPERATOR_WORD.test(previous);
  }
}

/** Says whether a token opens a bracket. @internal */
export function isOpening(token: string): boolean {
  return token === '(' || token === '[' || token === '{';
}

/** Says whether a token closes a bracket. @internal */
export function isClosing(token: string): boolean {
  return token === ')' || token === ']' || token === '}';
}
