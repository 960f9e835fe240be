import { ApiProperty } from '@nestjs/swagger';
import { IsDefined } from 'class-validator';

export class ChangeSettingDto {
  @ApiProperty({ example: 14, oneOf: [{ type: 'number' }, { type: 'string' }] })
  @IsDefined()
  value!: unknown;
}
