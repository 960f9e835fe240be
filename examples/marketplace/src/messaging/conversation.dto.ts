import { IdField, OptionalField, TextField } from '../http/fields.js';

export class SendMessageDto {
  @TextField(2_000, 'Could the colours be a little warmer?')
  body!: string;
}

export class StartConversationDto extends SendMessageDto {
  @IdField(81)
  recipientId!: number;

  @TextField(120, 'Commission')
  subject!: string;

  @OptionalField('The project it is about, if any')
  @IdField(1)
  projectId?: number;
}
