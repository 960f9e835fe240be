declare const form: unique symbol;

/**
 * Is a key ready to stand in Redis, relative to its namespace and family: escaped, never empty, within the length
 * limit. Only the encoders make one, so a raw text cannot take its place.
 *
 * @internal
 */
export type EncodedKey = string & { readonly [form]: 'key' };

/** Is a pattern ready for `SCAN … MATCH`, relative to its namespace and family. @internal */
export type EncodedPattern = string & { readonly [form]: 'pattern' };
