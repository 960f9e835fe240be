const known = new WeakMap<object, boolean>();

const METHOD = /(?<![.\w$])#([\w$]+)\s*\(/g;
const ACCESS = /\.\s*#([\w$]+)/g;
/** What TypeScript, SWC and Babel put in place of a private field when they compile for an old target. */
const COMPILED_FIELD = /class_?private_?field/i;

/**
 * Says whether a class, or one it extends, keeps state in private fields (`#amount`), which nobody outside can read.
 * Only its source text tells; private methods alone hold no state.
 *
 * @internal
 */
export function hasPrivateFields(type: object): boolean {
  const answer = known.get(type);
  if (answer !== undefined) return answer;
  const parent = Object.getPrototypeOf(type) as unknown;
  const found =
    usesPrivateFields(Function.prototype.toString.call(type)) ||
    (typeof parent === 'function' && hasPrivateFields(parent));
  known.set(type, found);
  return found;
}

function usesPrivateFields(source: string): boolean {
  if (COMPILED_FIELD.test(source)) return true;
  const methods = new Set(Array.from(source.matchAll(METHOD), ([, name]) => name));
  return Array.from(source.matchAll(ACCESS), ([, name]) => name).some((name) => !methods.has(name));
}
