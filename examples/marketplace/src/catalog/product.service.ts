import { Injectable } from '@nestjs/common';
import { Cached, InvalidateCache } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { requireOwner } from '../auth/require-owner.js';
import { ConfigurationService } from '../configuration/configuration.service.js';
import { found } from '../http/found.js';
import type { Page } from '../http/page.js';
import { ALL } from '../redis/entities.js';
import { keys } from '../redis/keys.js';
import { CategoryService } from './category.service.js';
import type { CreateProductDto, ProductQuery, UpdateProductDto } from './product.dto.js';
import { type Product, ProductRepository, type ProductSummary } from './product.repository.js';
import { ShopService } from './shop.service.js';

@Injectable()
export class ProductService {
  constructor(
    private readonly products: ProductRepository,
    private readonly shops: ShopService,
    private readonly categories: CategoryService,
    private readonly configuration: ConfigurationService,
  ) {}

  @Cached({ key: keys.cache.product, entity: ['product', '{id}'], tags: ['stock:{id}'] })
  find(id: number): Promise<Product> {
    return this.read(id);
  }

  @Cached({ entity: ['products', () => ALL] })
  list(query: ProductQuery): Promise<Page<ProductSummary>> {
    return this.products.list(query);
  }

  @Cached({ entity: ['popular', () => ALL] })
  async popular(): Promise<(ProductSummary & { sold: number })[]> {
    return this.products.popular(await this.configuration.number('catalog.popular-days'));
  }

  @InvalidateCache({ entity: ['product', '{result.id}'], action: 'create' })
  async create(dto: CreateProductDto, user: AuthUser): Promise<Product> {
    await this.shops.requireOwner(dto.shopId, user);
    await this.categories.requireCategory(dto.categoryId);
    return this.read(await this.products.insert(dto));
  }

  @InvalidateCache({ entity: ['product', '{id}'] })
  async update(id: number, dto: UpdateProductDto, user: AuthUser): Promise<Product> {
    requireOwner((await this.products.findOffer(id))?.ownerId, user, `product ${id}`);
    if (dto.categoryId) await this.categories.requireCategory(dto.categoryId);
    await this.products.update(id, dto);
    return this.read(id);
  }

  private async read(id: number): Promise<Product> {
    return found(await this.products.find(id), `product ${id}`);
  }
}
