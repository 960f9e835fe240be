import { ApiProperty } from '@nestjs/swagger';
import { IsISO8601, Matches } from 'class-validator';
import { ChoiceField, IdField, NumberField, OptionalField } from '../http/fields.js';
import { PageQuery } from '../http/page.js';

export const SCOPES = ['web', 'print', 'broadcast', 'exclusive'] as const;

export type LicenseScope = (typeof SCOPES)[number];

export class CreateLicenseDto {
  @IdField(1)
  assetId!: number;

  @IdField(1)
  brandId!: number;

  @ChoiceField(SCOPES)
  scope!: LicenseScope;

  @ApiProperty({ example: '2027-01-01' })
  @Matches(/^\d{4}-\d{2}-\d{2}$/, { message: 'startsOn is a day such as 2027-01-31' })
  @IsISO8601({ strict: true })
  startsOn!: string;

  @NumberField({ min: 1, max: 60, example: 12 })
  months!: number;
}

export class LicenseQuery extends PageQuery {
  @OptionalField()
  @IdField()
  brandId?: number;

  @OptionalField()
  @IdField()
  assetId?: number;
}
