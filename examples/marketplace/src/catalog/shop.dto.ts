import { OmitType, PartialType } from '@nestjs/swagger';
import { SlugField, TextField } from '../http/fields.js';

export class CreateShopDto {
  @SlugField('nora-prints')
  slug!: string;

  @TextField(80, 'Nora’s prints')
  name!: string;

  @TextField(2_000, 'Prints of harbours, mostly at night.')
  about!: string;
}

/** Changes a shop; the slug stays, since it is part of addresses. */
export class UpdateShopDto extends PartialType(OmitType(CreateShopDto, ['slug'])) {}
