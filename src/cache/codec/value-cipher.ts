import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { CacheCodecError } from '../cache.errors.js';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SALT_BYTES = 16;
/** Bounds the derived keys that are kept: one for each process that wrote what is read here. */
const MAX_DERIVED = 1_000;

/** Is a text encrypted, with the name of the key it takes to read it. @internal */
export interface SealedText {
  /** Is `<id of the key>.<salt of the process that wrote>`. */
  readonly cipher: string;
  readonly body: string;
}

/**
 * Encrypts what is stored, so that it can be neither read nor changed in Redis, nor passed off as another entry: the
 * context, of which the entry's key is part, is authenticated with it.
 *
 * AES-256-GCM. Each process derives a key of its own by HKDF-SHA-256, so that random nonces need not be unlike those of
 * other processes. The first key encrypts, all decrypt: a key is rotated by putting another before it, and dropping the
 * old one when the longest ttl has passed.
 *
 * @see https://nvlpubs.nist.gov/nistpubs/Legacy/SP/nistspecialpublication800-38d.pdf
 * @internal
 */
export class ValueCipher {
  readonly #secrets: ReadonlyMap<string, string>;
  readonly #derived = new Map<string, Buffer>();
  readonly #own: string;

  /** `keys` must not be empty. */
  constructor(keys: readonly string[]) {
    this.#secrets = new Map(keys.map((key) => [idOf(key), key]));
    const [first] = this.#secrets.keys();
    this.#own = `${first}.${randomBytes(SALT_BYTES).toString('base64url')}`;
  }

  /** Encrypts a text. */
  seal(text: string, context: string): SealedText {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#key(this.#own), nonce).setAAD(Buffer.from(context));
    const bytes = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return { cipher: this.#own, body: bytes.toString('base64') };
  }

  /** Decrypts a text. @throws {CacheCodecError} when no key fits, or anything about it was changed. */
  open({ cipher, body }: SealedText, context: string): string {
    const key = this.#key(cipher);
    const bytes = Buffer.from(body, 'base64');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new CacheCodecError('A cached value is cut off.');
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString();
  }

  #key(cipher: string): Buffer {
    const known = this.#derived.get(cipher);
    if (known !== undefined) return known;
    const [id = '', salt = ''] = cipher.split('.');
    const secret = this.#secrets.get(id);
    if (secret === undefined)
      throw new CacheCodecError(
        "A cached value was encrypted with a key that is not in 'cache.encryption.keys'.",
      );
    const key = Buffer.from(hkdfSync('sha256', secret, Buffer.from(salt, 'base64url'), 'cache value', 32));
    if (this.#derived.size >= MAX_DERIVED) this.#derived.clear();
    this.#derived.set(cipher, key);
    return key;
  }
}

/** Tells keys apart without telling anything of them. */
function idOf(key: string): string {
  return Buffer.from(hkdfSync('sha256', key, '', 'cache key id', 6)).toString('base64url');
}
