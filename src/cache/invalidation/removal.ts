/** Is what an invalidation removes: keys, those in `first` before the others, and what matches patterns. @internal */
export interface Removal {
  readonly first?: readonly string[];
  readonly keys?: readonly string[];
  readonly patterns?: readonly string[];
}

/** Is a removal of the records of tags. @internal */
export type TagRemoval = Required<Pick<Removal, 'first' | 'keys'>>;
