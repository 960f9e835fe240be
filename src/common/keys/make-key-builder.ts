import type { KeySegment } from './cache-key.js';
import type { KeyBuilder } from './key-builder.js';
import type { KeyDefinition, KeyParameter } from './key-definition.js';
import { encodeKey, escapePattern, keyText, notASegment, segmentText } from './key-encoding.js';
import { KEY_FAMILIES, type KeyFamily } from './key-families.js';
import { InvalidKeyError } from './key.errors.js';
import { hmacSubject } from './subject.js';

/** Is a checked definition with its place in the registry. @internal */
export interface PlacedDefinition extends KeyDefinition {
  readonly family: KeyFamily;
  readonly name: string;
  /** Returns the secret that signs personal ids. */
  readonly secret: () => string;
}

/** Makes the builder of one kind of key. @internal */
export function makeKeyBuilder(definition: PlacedDefinition): KeyBuilder {
  const { family, name, params = [], ttl, description } = definition;
  const idParts = new IdParts(definition, params);
  const isCache = family === 'cache';
  const text = (ids: readonly KeySegment[]): string => keyText([name, ...idParts.all(ids).map(String)]);
  const build = (...ids: KeySegment[]): unknown => (isCache ? [name, ...idParts.all(ids)] : text(ids));
  const facts = {
    ...{ family, name, params, ttl, description, dataClass: KEY_FAMILIES[family] },
    pattern: (...ids: KeySegment[]): string => {
      const known = [name, ...idParts.leading(ids)].map((part) => escapePattern(String(part))).join(':');
      return ids.length < params.length ? `${known}:*` : known;
    },
    slotTag: (...ids: KeySegment[]): string | null => (isCache ? null : `{${encodeKey(text(ids))}}`),
  };
  return Object.defineProperties(build, Object.getOwnPropertyDescriptors(facts)) as unknown as KeyBuilder;
}

/** Turns ids into parts of a key: checked, and signed where they are personal. */
class IdParts {
  constructor(
    private readonly definition: PlacedDefinition,
    private readonly params: readonly KeyParameter[],
  ) {}

  all(ids: readonly KeySegment[]): KeySegment[] {
    if (ids.length === this.params.length) return this.leading(ids);
    throw this.#wrongCount(ids.length);
  }

  leading(ids: readonly KeySegment[]): KeySegment[] {
    if (ids.length > this.params.length) throw this.#wrongCount(ids.length);
    return ids.map((id, index) => this.#part(id, this.params[index] ?? ''));
  }

  #part(id: KeySegment, param: KeyParameter): KeySegment {
    const { family, secret } = this.definition;
    const { name, personal } = typeof param === 'string' ? { name: param, personal: false } : param;
    const text = segmentText(id);
    if (text === null) throw notASegment(`Id '${name}' of ${this.#label}`, id);
    if (text === '' && KEY_FAMILIES[family] === 'state') {
      throw new InvalidKeyError(
        `Id '${name}' of ${this.#label}`,
        'is empty; everyone without one would share it',
      );
    }
    if (!personal) return id;
    const key = secret();
    if (key !== '') return hmacSubject(key, family, text);
    throw new InvalidKeyError(
      `Id '${name}' of ${this.#label}`,
      'is personal, and the secret to sign it with is empty',
    );
  }

  get #label(): string {
    return `keys.${this.definition.family}.${this.definition.name}`;
  }

  #wrongCount(count: number): InvalidKeyError {
    const names = this.params.map((param) => (typeof param === 'string' ? param : param.name));
    return new InvalidKeyError(
      this.#label,
      `takes ${names.length} ids (${names.join(', ')}), but was given ${count}`,
    );
  }
}
