import { originalOf, type AnyMethod } from './method-wrapper.js';
import { isClosing, isOpening, SourceTokens } from './source-tokens.js';

/** Is what a method's source says of its parameters. @internal */
export interface MethodParameters {
  /** Names the positions in order; a destructured one has no name, a rest parameter is none of them. */
  readonly names: readonly (string | undefined)[];
  /** Says whether a rest parameter takes what follows. */
  readonly hasRest: boolean;
}

const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;
const IDENTIFIER = /^[\p{ID_Start}$_]/u;

/**
 * Reads the parameters of a method from its source text, below this library's own wrappers.
 *
 * @returns null when there is no source to read: a bound or native function, or another library's Proxy.
 * @internal
 */
export function parameterNames(method: AnyMethod): MethodParameters | null {
  const source = Function.prototype.toString.call(originalOf(method));
  if (NATIVE.test(source)) return null;
  const tokens = new SourceTokens(source);
  let last: string | undefined;
  for (let token = tokens.next(); token !== undefined; token = tokens.next()) {
    if (token === '(') return readList(tokens);
    if (token === '=>') return { names: [last], hasRest: false };
    if (token === '[') tokens.passBrackets();
    last = token;
  }
  return null;
}

function readList(tokens: SourceTokens): MethodParameters {
  const names: (string | undefined)[] = [];
  for (let token = tokens.next(); token !== undefined && token !== ')'; token = tokens.next()) {
    if (token === '...') return { names, hasRest: true };
    names.push(IDENTIFIER.test(token) ? token : undefined);
    if (isOpening(token)) tokens.passBrackets();
    if (passDefault(tokens) === ')') break;
  }
  return { names, hasRest: false };
}

/** Passes over a default value, if any, and returns the comma or bracket that ends the parameter. */
function passDefault(tokens: SourceTokens): string | undefined {
  for (let token = tokens.next(); token !== undefined; token = tokens.next()) {
    if (token === ',' || isClosing(token)) return token;
    if (isOpening(token)) tokens.passBrackets();
  }
  return undefined;
}
