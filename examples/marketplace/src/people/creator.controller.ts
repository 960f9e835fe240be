import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AuthUser } from '../auth/auth-user.js';
import { CurrentUser } from '../auth/current-user.decorator.js';
import { LoggedIn } from '../auth/logged-in.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { PageQuery } from '../http/page.js';
import { CreateCreatorDto, UpdateCreatorDto } from './creator.dto.js';
import { CreatorService } from './creator.service.js';

@ApiTags('people')
@Controller('creators')
export class CreatorController {
  constructor(private readonly creators: CreatorService) {}

  @Get()
  @ApiOperation({ summary: 'List creators' })
  list(@Query() query: PageQuery) {
    return this.creators.list(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a creator' })
  find(@Param('id', IdPipe) id: number) {
    return this.creators.find(id);
  }

  @Post()
  @LoggedIn()
  @ApiOperation({ summary: 'Become a creator' })
  create(@Body() dto: CreateCreatorDto, @CurrentUser() user: AuthUser) {
    return this.creators.create(dto, user);
  }

  @Patch(':id')
  @LoggedIn()
  @ApiOperation({ summary: 'Change one’s creator' })
  update(@Param('id', IdPipe) id: number, @Body() dto: UpdateCreatorDto, @CurrentUser() user: AuthUser) {
    return this.creators.update(id, dto, user);
  }
}
