import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AuthUser } from '../auth/auth-user.js';
import { CurrentUser } from '../auth/current-user.decorator.js';
import { LoggedIn } from '../auth/logged-in.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { PageQuery } from '../http/page.js';
import { CreateShopDto, UpdateShopDto } from './shop.dto.js';
import { ShopService } from './shop.service.js';

@ApiTags('catalog')
@Controller('shops')
export class ShopController {
  constructor(private readonly shops: ShopService) {}

  @Get()
  @ApiOperation({ summary: 'List shops' })
  list(@Query() query: PageQuery) {
    return this.shops.list(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a shop' })
  find(@Param('id', IdPipe) id: number) {
    return this.shops.find(id);
  }

  @Post()
  @LoggedIn()
  @ApiOperation({ summary: 'Open a shop' })
  create(@Body() dto: CreateShopDto, @CurrentUser() user: AuthUser) {
    return this.shops.create(dto, user);
  }

  @Patch(':id')
  @LoggedIn()
  @ApiOperation({ summary: 'Change one’s shop' })
  update(@Param('id', IdPipe) id: number, @Body() dto: UpdateShopDto, @CurrentUser() user: AuthUser) {
    return this.shops.update(id, dto, user);
  }
}
