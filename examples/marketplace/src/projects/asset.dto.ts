import { ApiProperty } from '@nestjs/swagger';
import { TextField } from '../http/fields.js';

export class UpdateAssetDto {
  @TextField(120, 'Harbour at night')
  title!: string;
}

export class UploadAssetDto extends UpdateAssetDto {
  @ApiProperty({ type: 'string', format: 'binary', description: 'At most 2 MB' })
  file?: unknown;
}

/** Is a file as it comes out of the multipart parser. */
export interface UploadedAsset {
  readonly mimetype: string;
  readonly size: number;
  readonly buffer: Buffer;
}
