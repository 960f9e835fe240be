import { CacheCodecError } from '../cache.errors.js';
import type { Codec } from './codec.js';
import { deflated, inflated } from './compression.js';
import { isPlainJson } from './plain-json.js';
import { revive } from './revive.js';
import { RICH_CODEC } from './rich-codec.js';
import type { ValueCipher } from './value-cipher.js';
import type { ValueForm } from './value-form.js';
import { checked } from './value-schema.js';

/** Is a value as text, with what it takes to read it. @internal */
export interface EncodedValue {
  /** Names the codec that wrote it; no name means plain JSON. */
  readonly codec?: string;
  /** Is the release of the value's shape. */
  readonly version?: string;
  /** Says how it is compressed. */
  readonly zip?: 'deflate';
  /** Names the key it is encrypted with. */
  readonly cipher?: string;
  readonly body: string;
}

interface CodecParts {
  /** Is the size, in bytes, above which values are compressed; null when none is. */
  readonly compressAbove: number | null;
  /** Encrypts; null when nothing is encrypted. */
  readonly cipher: ValueCipher | null;
}

/**
 * Writes and reads values: by the entry's codec if it has one, else as plain JSON when that is faithful, else by the
 * rich codec; then compressed, then encrypted, as configured.
 *
 * @internal
 */
export class ValueCodec {
  constructor(private readonly parts: CodecParts) {}

  /** @throws {CacheCodecError} when the value has no such form. */
  encode(value: unknown, form: ValueForm, key: string): EncodedValue {
    const { codec, body } = write(value, form.codec);
    const zipped = form.compress ? this.#deflated(body) : null;
    const encoded: EncodedValue = {
      ...(codec !== undefined && { codec }),
      ...(form.version !== undefined && { version: form.version }),
      ...(zipped !== null && { zip: 'deflate' }),
      body: zipped ?? body,
    };
    const { cipher } = this.parts;
    return cipher === null || !form.encrypt
      ? encoded
      : { ...encoded, ...cipher.seal(encoded.body, contextOf(encoded, key)) };
  }

  /**
   * Reads what `encode` wrote for the same key and form.
   *
   * @throws {CacheCodecError} when it is no value, was written by another codec or version, is not encrypted as it
   * should be, or does not fit the schema.
   */
  decode(encoded: EncodedValue, form: ValueForm, key: string): unknown {
    if (encoded.version !== form.version)
      throw new CacheCodecError('A cached value was written by another version.');
    try {
      const opened = this.#opened(encoded, form, key);
      const value = read(encoded.zip === undefined ? opened : inflated(opened), encoded.codec, form.codec);
      const good = form.schema === undefined ? value : checked(value, form.schema);
      return form.as === undefined ? good : revive(good, form.as);
    } catch (error) {
      if (error instanceof CacheCodecError) throw error;
      throw new CacheCodecError('A cached value could not be read.', { cause: error });
    }
  }

  /** A value that is not encrypted where all are was written by somebody without the key. */
  #opened(encoded: EncodedValue, form: ValueForm, key: string): string {
    const isSealed = encoded.cipher !== undefined;
    const { cipher } = this.parts;
    if (isSealed !== (cipher !== null && form.encrypt))
      throw new CacheCodecError(`A cached value is ${isSealed ? '' : 'not '}encrypted.`);
    return cipher === null || encoded.cipher === undefined
      ? encoded.body
      : cipher.open({ cipher: encoded.cipher, body: encoded.body }, contextOf(encoded, key));
  }

  #deflated(body: string): string | null {
    const { compressAbove } = this.parts;
    return compressAbove === null || Buffer.byteLength(body) <= compressAbove ? null : deflated(body);
  }
}

/** Is what an encrypted value cannot be taken out of. */
function contextOf({ codec, version, zip }: EncodedValue, key: string): string {
  return JSON.stringify([key, codec ?? null, version ?? null, zip ?? null]);
}

function write(value: unknown, codec?: Codec): Pick<EncodedValue, 'codec' | 'body'> {
  try {
    if (codec !== undefined) return { codec: codec.name, body: codec.encode(value) };
    return isPlainJson(value)
      ? { body: JSON.stringify(value) }
      : { codec: RICH_CODEC.name, body: RICH_CODEC.encode(value) };
  } catch (error) {
    if (error instanceof CacheCodecError) throw error;
    throw new CacheCodecError(`Codec '${codec?.name ?? RICH_CODEC.name}' could not encode a value.`, {
      cause: error,
    });
  }
}

function read(body: string, name: string | undefined, codec?: Codec): unknown {
  const isRich = name === RICH_CODEC.name && codec === undefined;
  if (!isRich && name !== codec?.name) {
    throw new CacheCodecError(
      `A cached value was written by codec '${name ?? 'json'}', not '${codec?.name ?? 'json'}'.`,
    );
  }
  if (codec !== undefined) return codec.decode(body);
  return isRich ? RICH_CODEC.decode(body) : (JSON.parse(body) as unknown);
}
