/** Encodes or decodes a value inside another. @internal */
export type Step = (value: unknown) => unknown;
