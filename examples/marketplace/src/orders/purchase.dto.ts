import { IdField, NumberField } from '../http/fields.js';

export class BuyDto {
  @IdField(1)
  productId!: number;

  @NumberField({ min: 1, max: 100, example: 1 })
  quantity!: number;
}
