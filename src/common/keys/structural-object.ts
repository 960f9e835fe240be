import { InvalidKeyError, typeName } from './key.errors.js';
import { hasPrivateFields } from './private-fields.js';
import { builtinText } from './structural-builtin.js';
import { quote, scalarText } from './structural-scalar.js';

const MAX_DEPTH = 32;

/**
 * Writes an object so that equal text means equal content: `(1,2)` for an array, `<'id'=1>` for a plain object,
 * `<'id'=1>@'User'` for an instance, `#Date(0)` for a built-in.
 *
 * @throws {InvalidKeyError} when something in it has no stable value; `where` begins the message.
 * @internal
 */
export function objectText(value: unknown, where: string): string {
  return new StructuralWriter(where).write(value);
}

class StructuralWriter {
  readonly #ancestors: object[] = [];
  readonly #write = (value: unknown): string => this.write(value);

  constructor(private readonly where: string) {}

  write(value: unknown): string {
    const scalar = scalarText(value);
    if (scalar !== null) return scalar;
    if (typeof value !== 'object' || value === null) throw this.#refusal(`holds ${typeName(value)}`);
    if (this.#ancestors.includes(value)) throw this.#refusal('contains itself');
    if (this.#ancestors.length === MAX_DEPTH)
      throw this.#refusal(`is nested more than ${MAX_DEPTH} levels deep`);
    this.#ancestors.push(value);
    const text = this.#content(value);
    this.#ancestors.pop();
    return text;
  }

  #content(value: object): string {
    if (Array.isArray(value)) return this.#elements(value) + this.#classOf(value, 'Array');
    const builtin = builtinText(value, this.#write);
    if (builtin === null) return this.#properties(value) + this.#classOf(value, 'Object');
    if (!ArrayBuffer.isView(value) && Object.keys(value).length > 0) throw this.#extras(value);
    return `#${builtin.kind}(${builtin.text})${this.#classOf(value, builtin.kind)}`;
  }

  #elements(array: readonly unknown[]): string {
    const lastKey = Object.keys(array).at(-1);
    if (lastKey !== undefined && String(Number(lastKey) >>> 0) !== lastKey) throw this.#extras(array);
    return `(${Array.from(array, this.#write).join()})`;
  }

  #properties(value: object): string {
    const record = value as Readonly<Record<string, unknown>>;
    if (typeof record['then'] === 'function') throw this.#refusal('holds a promise');
    if (typeof record['pipe'] === 'function') throw this.#refusal('holds a stream');
    if (Object.prototype.toString.call(value) !== '[object Object]')
      throw this.#refusal(`holds ${typeName(value)}`);
    if (hasSymbolKeys(value)) throw this.#refusal('holds an object with a property named by a symbol');
    const names = Object.keys(record).sort();
    return `<${names.map((name) => `${quote(name)}=${this.write(record[name])}`).join()}>`;
  }

  /** Names the class, unless it is the usual one: a built-in's own, or that of plain objects. */
  #classOf(value: object, usual: string): string {
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === null || isBare(prototype)) return '';
    const type = Object.hasOwn(prototype, 'constructor') ? (prototype.constructor as unknown) : undefined;
    if (typeof type !== 'function' || type.prototype !== prototype) {
      throw this.#refusal('holds an object with a prototype of its own');
    }
    if (type.name === usual) return '';
    if (hasPrivateFields(type))
      throw this.#refusal(`holds ${typeName(value)}, whose private fields cannot be read`);
    return `@${quote(type.name)}`;
  }

  #extras(value: object): InvalidKeyError {
    return this.#refusal(`holds ${typeName(value)} with properties of its own`);
  }

  #refusal(problem: string): InvalidKeyError {
    return new InvalidKeyError(
      this.where,
      `${problem} and so has no stable text; give @Cached a key that does without it`,
    );
  }
}

function hasSymbolKeys(value: object): boolean {
  return Object.getOwnPropertySymbols(value).some((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key),
  );
}

/** Query parsers, Fastify's among them, make objects without prototype by a constructor whose prototype is empty. */
function isBare(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Reflect.ownKeys(prototype).length === 0;
}
