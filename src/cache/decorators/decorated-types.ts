/** Is a method whose results can be awaited, as `@Cached` and `@InvalidateCache` need. @publicApi */
export type AsyncMethod = (...args: never[]) => Promise<unknown>;

/** Refuses options that `Known` does not have. @publicApi */
export type OnlyKnown<Options, Known> = Options & Record<Exclude<keyof Options, keyof Known>, never>;

/** Is shown by the compiler when a function in the options does not take what the method takes. @publicApi */
export interface OptionsDoNotFitTheMethod {
  readonly 'a function in the options does not fit the parameters or the result of this method': never;
}
