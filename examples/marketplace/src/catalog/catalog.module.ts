import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ConfigurationModule } from '../configuration/configuration.module.js';
import { PeopleModule } from '../people/people.module.js';
import { CategoryController } from './category.controller.js';
import { CategoryRepository } from './category.repository.js';
import { CategoryService } from './category.service.js';
import { ProductController } from './product.controller.js';
import { ProductRepository } from './product.repository.js';
import { ProductService } from './product.service.js';
import { SearchController } from './search.controller.js';
import { SearchRepository } from './search.repository.js';
import { SearchService } from './search.service.js';
import { ShopController } from './shop.controller.js';
import { ShopRepository } from './shop.repository.js';
import { ShopService } from './shop.service.js';

@Module({
  imports: [AuthModule, ConfigurationModule, PeopleModule],
  controllers: [ProductController, ShopController, CategoryController, SearchController],
  providers: [
    ProductService,
    ProductRepository,
    ShopService,
    ShopRepository,
    CategoryService,
    CategoryRepository,
    SearchService,
    SearchRepository,
  ],
  exports: [ProductRepository],
})
export class CatalogModule {}
