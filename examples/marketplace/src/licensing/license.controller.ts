import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AuthUser } from '../auth/auth-user.js';
import { CurrentUser } from '../auth/current-user.decorator.js';
import { LoggedIn } from '../auth/logged-in.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { CreateLicenseDto, LicenseQuery } from './license.dto.js';
import { LicenseService } from './license.service.js';

@ApiTags('licensing')
@Controller('licenses')
export class LicenseController {
  constructor(private readonly licenses: LicenseService) {}

  @Get()
  @ApiOperation({ summary: 'List licenses, of a brand or on an asset' })
  list(@Query() query: LicenseQuery) {
    return this.licenses.list(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a license' })
  find(@Param('id', IdPipe) id: number) {
    return this.licenses.find(id);
  }

  @Post()
  @LoggedIn()
  @ApiOperation({ summary: 'Buy a license for one’s brand' })
  create(@Body() dto: CreateLicenseDto, @CurrentUser() user: AuthUser) {
    return this.licenses.create(dto, user);
  }
}
