import { SlugField, TextField } from '../http/fields.js';

export class CreateCategoryDto {
  @SlugField('sketchbooks')
  slug!: string;

  @TextField(60, 'Sketchbooks')
  name!: string;

  @SlugField('prints')
  section!: string;
}
