import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';

export class RunRoyaltiesDto {
  @ApiProperty({ example: '2026-10', description: 'A month that is over' })
  @Matches(/^20\d{2}-(0[1-9]|1[0-2])$/, { message: 'period is a month such as 2026-10' })
  period!: string;
}
