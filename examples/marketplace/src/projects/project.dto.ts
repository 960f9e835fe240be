import { PartialType } from '@nestjs/swagger';
import { ChoiceField, IdField, OptionalField, TextField } from '../http/fields.js';
import { PageQuery } from '../http/page.js';

const STATUSES = ['draft', 'active', 'completed', 'archived'] as const;

export class CreateProjectDto {
  @TextField(120, 'The misty harbour')
  title!: string;

  @TextField(4_000, 'A series about harbours in winter.')
  brief!: string;

  @OptionalField('The brand it is made for, if any')
  @IdField(1)
  brandId?: number;
}

export class UpdateProjectDto extends PartialType(CreateProjectDto) {
  @OptionalField()
  @ChoiceField(STATUSES)
  status?: (typeof STATUSES)[number];
}

export class ProjectQuery extends PageQuery {
  @OptionalField()
  @IdField()
  creatorId?: number;
}
