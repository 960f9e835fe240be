import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RateLimit } from 'nestjs-redis-suite';
import { SearchQuery } from './search.dto.js';
import { SearchService } from './search.service.js';

@ApiTags('catalog')
@Controller('search')
export class SearchController {
  constructor(private readonly products: SearchService) {}

  @Get()
  @RateLimit('search')
  @ApiOperation({ summary: 'Search products by their words' })
  search(@Query() query: SearchQuery) {
    return this.products.search(query);
  }
}
