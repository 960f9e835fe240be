import { NumberField, OptionalField } from './fields.js';

/** Asks for one page of a list. */
export class PageQuery {
  @OptionalField()
  @NumberField({ min: 1, max: 10_000, example: 1 })
  page: number = 1;

  @OptionalField()
  @NumberField({ min: 1, max: 100, example: 20 })
  pageSize: number = 20;
}

/** Is one page of a list and the length of the whole. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly page: number;
  readonly pageSize: number;
}
