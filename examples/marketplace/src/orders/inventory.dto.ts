import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min, NotEquals } from 'class-validator';
import { TextField } from '../http/fields.js';

export class AdjustInventoryDto {
  @ApiProperty({ example: 25, description: 'What came in, or below zero what went out' })
  @IsInt()
  @Min(-100_000)
  @Max(100_000)
  @NotEquals(0)
  delta!: number;

  @TextField(120, 'delivery')
  reason!: string;
}
