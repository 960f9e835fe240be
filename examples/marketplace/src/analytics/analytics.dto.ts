import { NumberField, OptionalField } from '../http/fields.js';

export class SpanQuery {
  @OptionalField()
  @NumberField({ min: 1, max: 365, example: 30 })
  days: number = 30;
}
