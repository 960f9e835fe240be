import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AuthUser } from '../auth/auth-user.js';
import { CurrentUser } from '../auth/current-user.decorator.js';
import { LoggedIn } from '../auth/logged-in.decorator.js';
import { IdPipe } from '../http/id.pipe.js';
import { CreateProductDto, ProductQuery, UpdateProductDto } from './product.dto.js';
import { ProductService } from './product.service.js';

@ApiTags('catalog')
@Controller('products')
export class ProductController {
  constructor(private readonly products: ProductService) {}

  @Get()
  @ApiOperation({ summary: 'List products, of a shop or in a category' })
  list(@Query() query: ProductQuery) {
    return this.products.list(query);
  }

  @Get('popular')
  @ApiOperation({ summary: 'List what sells best' })
  popular() {
    return this.products.popular();
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a product' })
  find(@Param('id', IdPipe) id: number) {
    return this.products.find(id);
  }

  @Post()
  @LoggedIn()
  @ApiOperation({ summary: 'Offer a product in one’s shop' })
  create(@Body() dto: CreateProductDto, @CurrentUser() user: AuthUser) {
    return this.products.create(dto, user);
  }

  @Patch(':id')
  @LoggedIn()
  @ApiOperation({ summary: 'Change one’s product' })
  update(@Param('id', IdPipe) id: number, @Body() dto: UpdateProductDto, @CurrentUser() user: AuthUser) {
    return this.products.update(id, dto, user);
  }
}
