/**
 * Turns values into text and back; the text is what Redis holds.
 *
 * @example
 * ```ts
 * const money: Codec<Money> = { name: 'money', encode: (m) => m.toString(), decode: (text) => Money.parse(text) };
 * await cache.set('price', price, { codec: money });
 * ```
 * @publicApi
 */
export interface Codec<T = unknown> {
  /** Marks what it wrote, so that text of another codec is a miss; change it with the form of the text. */
  readonly name: string;
  /** Returns the text of a value; throws when it has none. */
  encode(value: T): string;
  /** Returns the value of a text; throws when the text is none of its own, which counts as a miss. */
  decode(text: string): T;
}
