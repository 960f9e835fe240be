import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Page } from '../http/page.js';
import type { CreateProductDto, ProductQuery, UpdateProductDto } from './product.dto.js';

/** Is a product as it stands in a list. */
export interface ProductSummary {
  readonly id: number;
  readonly shopId: number;
  readonly categoryId: number;
  readonly name: string;
  readonly priceCents: number;
}

/** Is a product with what is in stock and what has been sold. */
export interface Product extends ProductSummary {
  readonly shopSlug: string;
  readonly categoryName: string;
  readonly description: string;
  readonly inStock: number;
  readonly sold: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Is what a buyer pays and whom. */
export interface Offer {
  readonly priceCents: number;
  readonly ownerId: number;
}

const SUMMARY = `p.id, p.shop_id as "shopId", p.category_id as "categoryId", p.name, p.price_cents as "priceCents"`;

@Injectable()
export class ProductRepository {
  constructor(private readonly database: Database) {}

  find(id: number): Promise<Product | undefined> {
    return this.database.row<Product>(
      `select ${SUMMARY}, s.slug as "shopSlug", c.name as "categoryName", p.description, i.quantity as "inStock",
              (select coalesce(sum(quantity), 0)::int from purchases where product_id = p.id) as sold,
              p.created_at as "createdAt", p.updated_at as "updatedAt"
       from products p
       join shops s on s.id = p.shop_id
       join categories c on c.id = p.category_id
       join inventory i on i.product_id = p.id
       where p.id = $1`,
      [id],
    );
  }

  list(query: ProductQuery): Promise<Page<ProductSummary>> {
    return this.database.page<ProductSummary>(
      `select ${SUMMARY}
       from products p
       where ($1::int is null or p.shop_id = $1) and ($2::int is null or p.category_id = $2)
       order by p.created_at desc, p.id`,
      [query.shopId, query.categoryId],
      query,
    );
  }

  /** Reads what has sold best in the last `days` days. */
  popular(days: number): Promise<(ProductSummary & { sold: number })[]> {
    return this.database.rows(
      `select ${SUMMARY}, sum(b.quantity)::int as sold
       from purchases b
       join products p on p.id = b.product_id
       where b.created_at > now() - make_interval(days => $1)
       group by p.id
       order by sold desc, p.id
       limit 12`,
      [days],
    );
  }

  findOffer(id: number): Promise<Offer | undefined> {
    return this.database.row<Offer>(
      `select p.price_cents as "priceCents", c.user_id as "ownerId"
       from products p
       join shops s on s.id = p.shop_id
       join creators c on c.id = s.creator_id
       where p.id = $1`,
      [id],
    );
  }

  async insert({ shopId, categoryId, name, description, priceCents }: CreateProductDto): Promise<number> {
    const [row] = await this.database.rows<{ id: number }>(
      `with product as (
         insert into products (shop_id, category_id, name, description, price_cents)
         values ($1, $2, $3, $4, $5)
         returning id
       )
       insert into inventory (product_id, quantity) select id, 0 from product returning product_id as id`,
      [shopId, categoryId, name, description, priceCents],
    );
    return (row as { id: number }).id;
  }

  async update(id: number, { categoryId, name, description, priceCents }: UpdateProductDto): Promise<void> {
    await this.database.rows(
      `update products
       set category_id = coalesce($2, category_id), name = coalesce($3, name),
           description = coalesce($4, description), price_cents = coalesce($5, price_cents), updated_at = now()
       where id = $1`,
      [id, categoryId, name, description, priceCents],
    );
  }
}
