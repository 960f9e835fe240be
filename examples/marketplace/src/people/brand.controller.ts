import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AuthUser } from '../auth/auth-user.js';
import { CurrentUser } from '../auth/current-user.decorator.js';
import { LoggedIn } from '../auth/logged-in.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { PageQuery } from '../http/page.js';
import { CreateBrandDto, UpdateBrandDto } from './brand.dto.js';
import { BrandService } from './brand.service.js';

@ApiTags('people')
@Controller('brands')
export class BrandController {
  constructor(private readonly brands: BrandService) {}

  @Get()
  @ApiOperation({ summary: 'List brands' })
  list(@Query() query: PageQuery) {
    return this.brands.list(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a brand' })
  find(@Param('id', IdPipe) id: number) {
    return this.brands.find(id);
  }

  @Post()
  @LoggedIn()
  @ApiOperation({ summary: 'Found a brand' })
  create(@Body() dto: CreateBrandDto, @CurrentUser() user: AuthUser) {
    return this.brands.create(dto, user);
  }

  @Patch(':id')
  @LoggedIn()
  @ApiOperation({ summary: 'Change one’s brand' })
  update(@Param('id', IdPipe) id: number, @Body() dto: UpdateBrandDto, @CurrentUser() user: AuthUser) {
    return this.brands.update(id, dto, user);
  }
}
