import { CacheCodecError } from '../cache.errors.js';
import type { Codec } from './codec.js';
import { isPlainJson } from './plain-json.js';
import { RICH_CODEC } from './rich-codec.js';

/** Is a value as text, and the name of the codec that wrote it; no name means plain JSON. @internal */
export interface EncodedValue {
  readonly codec?: string;
  readonly body: string;
}

/**
 * Encodes a value: by `codec` if there is one, else as plain JSON when that is faithful, else by the rich codec.
 *
 * @throws {CacheCodecError} when the value has no such form.
 * @internal
 */
export function encodeValue(value: unknown, codec?: Codec): EncodedValue {
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

/**
 * Decodes what `encodeValue` made with the same `codec`.
 *
 * @throws {CacheCodecError} when the text is no value, or was written by another codec.
 * @internal
 */
export function decodeValue({ codec: name, body }: EncodedValue, codec?: Codec): unknown {
  const isRich = name === RICH_CODEC.name && codec === undefined;
  if (!isRich && name !== codec?.name) {
    throw new CacheCodecError(
      `A cached value was written by codec '${name ?? 'json'}', not '${codec?.name ?? 'json'}'.`,
    );
  }
  try {
    if (codec !== undefined) return codec.decode(body);
    return isRich ? RICH_CODEC.decode(body) : (JSON.parse(body) as unknown);
  } catch (error) {
    throw new CacheCodecError('A cached value could not be read.', { cause: error });
  }
}
