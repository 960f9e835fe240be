import { IdField, NumberField, OptionalField, TextField } from '../http/fields.js';
import { PageQuery } from '../http/page.js';

export class SearchQuery extends PageQuery {
  @TextField(100, 'misty harbour')
  q!: string;

  @OptionalField()
  @IdField()
  categoryId?: number;

  @OptionalField()
  @NumberField({ min: 1, max: 10_000_000 })
  maxPriceCents?: number;
}
