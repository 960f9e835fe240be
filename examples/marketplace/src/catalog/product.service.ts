import { Injectable } from '@nestjs/common';
import { Cached, InvalidateCache } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { requireOwner } from '../auth/require-owner.js';
import { ConfigurationService } from '../configuration/configuration.service.js';
import { found } from '../http/found.js';
import type { Page } from '../http/page.js';
import { keys } from '../redis/keys.js';
import { tags } from '../redis/tags.js';
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

  @Cached({ key: keys.cache.product, ttl: keys.cache.product.ttl })
  find(id: number): Promise<Product> {
    return this.read(id);
  }

  @Cached({ ttl: keys.cache.product.ttl, tags: [tags.products] })
  list(query: ProductQuery): Promise<Page<ProductSummary>> {
    return this.products.list(query);
  }

  @Cached({ ttl: keys.cache.product.ttl, tags: [tags.popular] })
  async popular(): Promise<(ProductSummary & { sold: number })[]> {
    return this.products.popular(await this.configuration.number('catalog.popular-days'));
  }

  @InvalidateCache({ keys: ['shop:{dto.shopId}'], tags: [tags.products, tags.shops] })
  async create(dto: CreateProductDto, user: AuthUser): Promise<Product> {
    await this.shops.requireOwner(dto.shopId, user);
    await this.categories.requireCategory(dto.categoryId);
    return this.read(await this.products.insert(dto));
  }

  @InvalidateCache({
    keys: ['product:{id}', 'shop:{result.shopId}'],
    tags: [tags.products, tags.popular, tags.shops],
  })
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
