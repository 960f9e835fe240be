import { OmitType, PartialType } from '@nestjs/swagger';
import { ChoiceField, SlugField, TextField } from '../http/fields.js';

const SPECIALTIES = ['illustration', 'photography', 'animation', 'typography', 'sound', 'modelling'] as const;

export class CreateCreatorDto {
  @SlugField('nora-draws')
  handle!: string;

  @TextField(80, 'Nora Draws')
  displayName!: string;

  @ChoiceField(SPECIALTIES)
  specialty!: (typeof SPECIALTIES)[number];

  @TextField(2_000, 'Draws harbours, mostly at night.')
  bio!: string;
}

/** Changes a creator; the handle stays, since it is part of addresses. */
export class UpdateCreatorDto extends PartialType(OmitType(CreateCreatorDto, ['handle'])) {}
