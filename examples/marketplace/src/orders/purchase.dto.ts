import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, ValidateNested } from 'class-validator';
import { IdField, NumberField } from '../http/fields.js';

export class BuyDto {
  @IdField(1)
  productId!: number;

  @NumberField({ min: 1, max: 100, example: 1 })
  quantity!: number;
}

export class BuyAllDto {
  @ApiProperty({ type: [BuyDto], minItems: 1, maxItems: 20 })
  @Type(() => BuyDto)
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @ArrayUnique((item: BuyDto | null) => item?.productId)
  @ValidateNested({ each: true })
  items!: BuyDto[];
}
