import { Readable } from 'node:stream';
import { Body, Controller, Get, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RateLimit } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { CurrentUser } from '../auth/current-user.decorator.js';
import { LoggedIn } from '../auth/logged-in.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { PageQuery } from '../http/page.js';
import { BuyAllDto, BuyDto } from './purchase.dto.js';
import { PurchaseService } from './purchase.service.js';

@ApiTags('orders')
@LoggedIn()
@Controller('purchases')
export class PurchaseController {
  constructor(private readonly purchases: PurchaseService) {}

  @Get()
  @ApiOperation({ summary: 'List one’s purchases' })
  list(@Query() query: PageQuery, @CurrentUser() user: AuthUser) {
    return this.purchases.list(query, user);
  }

  @Get('export')
  @RateLimit(['export', 'exporting'])
  @ApiOperation({ summary: 'Export one’s purchases as CSV' })
  export(@CurrentUser() user: AuthUser) {
    const lines = Readable.from(this.purchases.export(user));
    return new StreamableFile(lines, { type: 'text/csv', disposition: 'attachment; filename=purchases.csv' });
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read one’s purchase' })
  find(@Param('id', IdPipe) id: number, @CurrentUser() user: AuthUser) {
    return this.purchases.find(id, user);
  }

  @Post()
  @ApiOperation({ summary: 'Buy a product' })
  buy(@Body() dto: BuyDto, @CurrentUser() user: AuthUser) {
    return this.purchases.buy(dto, user);
  }

  @Post('cart')
  @ApiOperation({ summary: 'Buy several products, all or none' })
  buyAll(@Body() dto: BuyAllDto, @CurrentUser() user: AuthUser) {
    return this.purchases.buyAll(dto, user);
  }
}
