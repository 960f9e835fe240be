import { OmitType, PartialType } from '@nestjs/swagger';
import { SlugField, TextField } from '../http/fields.js';

export class CreateBrandDto {
  @SlugField('harbour-works')
  slug!: string;

  @TextField(80, 'Harbour Works')
  name!: string;

  @TextField(2_000, 'Makes things that float.')
  about!: string;
}

/** Changes a brand; the slug stays, since it is part of addresses. */
export class UpdateBrandDto extends PartialType(OmitType(CreateBrandDto, ['slug'])) {}
