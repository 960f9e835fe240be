import { OmitType, PartialType } from '@nestjs/swagger';
import { IdField, NumberField, OptionalField, TextField } from '../http/fields.js';
import { PageQuery } from '../http/page.js';

export class CreateProductDto {
  @IdField(1)
  shopId!: number;

  @IdField(2)
  categoryId!: number;

  @TextField(120, 'Harbour at night (poster)')
  name!: string;

  @TextField(4_000, 'A poster of the harbour, 50 × 70 cm.')
  description!: string;

  @NumberField({ min: 1, max: 10_000_000, example: 2_490 })
  priceCents!: number;
}

export class UpdateProductDto extends PartialType(OmitType(CreateProductDto, ['shopId'])) {}

export class ProductQuery extends PageQuery {
  @OptionalField()
  @IdField()
  shopId?: number;

  @OptionalField()
  @IdField()
  categoryId?: number;
}
