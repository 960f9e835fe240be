import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Header,
  Param,
  Patch,
  Post,
  StreamableFile,
  UploadedFile,
  UseInterceptors,
} from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import { ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RateLimit } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { CurrentUser } from '../auth/current-user.decorator.js';
import { LoggedIn } from '../auth/logged-in.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { UpdateAssetDto, UploadAssetDto, type UploadedAsset } from './asset.dto.js';
import { AssetService } from './asset.service.js';

const MAX_FILE_BYTES = 2 * 1024 * 1024;

@ApiTags('projects')
@Controller()
export class AssetController {
  constructor(private readonly assets: AssetService) {}

  @Get('assets/:id')
  @ApiOperation({ summary: 'Read the description of an asset' })
  find(@Param('id', IdPipe) id: number) {
    return this.assets.find(id);
  }

  @Get('assets/:id/file')
  @Header('X-Content-Type-Options', 'nosniff')
  @ApiOperation({ summary: 'Download an asset' })
  async download(@Param('id', IdPipe) id: number) {
    const { title, mimeType, content } = await this.assets.readFile(id);
    const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(title)}`;
    return new StreamableFile(content, { type: mimeType, disposition });
  }

  @Post('projects/:id/assets')
  @RateLimit('upload')
  @LoggedIn()
  @UseInterceptors(FileInterceptor('file', { limits: { fileSize: MAX_FILE_BYTES, files: 1 } }))
  @ApiConsumes('multipart/form-data')
  @ApiOperation({ summary: 'Upload an asset into one’s project' })
  upload(
    @Param('id', IdPipe) projectId: number,
    @Body() { title }: UploadAssetDto,
    @UploadedFile() file: UploadedAsset | undefined,
    @CurrentUser() user: AuthUser,
  ) {
    if (!file)
      throw new BadRequestException('The file is missing: send it as multipart/form-data in "file".');
    return this.assets.upload({ projectId, title, file }, user);
  }

  @Patch('assets/:id')
  @LoggedIn()
  @ApiOperation({ summary: 'Rename one’s asset' })
  update(@Param('id', IdPipe) id: number, @Body() dto: UpdateAssetDto, @CurrentUser() user: AuthUser) {
    return this.assets.update(id, dto, user);
  }
}
