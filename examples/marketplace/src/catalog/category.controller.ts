import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminOnly } from '../auth/admin-only.decorator.js';
import { CreateCategoryDto } from './category.dto.js';
import { CategoryService } from './category.service.js';

@ApiTags('catalog')
@Controller('categories')
export class CategoryController {
  constructor(private readonly categories: CategoryService) {}

  @Get()
  @ApiOperation({ summary: 'Read the sections and their categories' })
  tree() {
    return this.categories.tree();
  }

  @Post()
  @AdminOnly()
  @ApiOperation({ summary: 'Add a category to a section' })
  create(@Body() dto: CreateCategoryDto) {
    return this.categories.create(dto);
  }
}
