import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Page, PageQuery } from '../http/page.js';
import type { CreateShopDto, UpdateShopDto } from './shop.dto.js';

/** Is a shop with a summary of what it offers. */
export interface Shop {
  readonly id: number;
  readonly creatorId: number;
  readonly slug: string;
  readonly name: string;
  readonly about: string;
  readonly productCount: number;
  readonly cheapestCents: number | null;
  readonly dearestCents: number | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const SELECT = `
  select s.id, s.creator_id as "creatorId", s.slug, s.name, s.about, count(p.id)::int as "productCount",
         min(p.price_cents) as "cheapestCents", max(p.price_cents) as "dearestCents",
         s.created_at as "createdAt", s.updated_at as "updatedAt"
  from shops s
  left join products p on p.shop_id = s.id`;

@Injectable()
export class ShopRepository {
  constructor(private readonly database: Database) {}

  find(id: number): Promise<Shop | undefined> {
    return this.database.row<Shop>(`${SELECT} where s.id = $1 group by s.id`, [id]);
  }

  list(query: PageQuery): Promise<Page<Shop>> {
    return this.database.page<Shop>(`${SELECT} group by s.id order by s.name, s.id`, [], query);
  }

  async findOwner(id: number): Promise<number | undefined> {
    const row = await this.database.row<{ id: number }>(
      `select c.user_id as id from shops s join creators c on c.id = s.creator_id where s.id = $1`,
      [id],
    );
    return row?.id;
  }

  /** @returns undefined when the slug is taken. */
  async insert(creatorId: number, { slug, name, about }: CreateShopDto): Promise<number | undefined> {
    const row = await this.database.row<{ id: number }>(
      `insert into shops (creator_id, slug, name, about)
       values ($1, $2, $3, $4)
       on conflict do nothing
       returning id`,
      [creatorId, slug, name, about],
    );
    return row?.id;
  }

  async update(id: number, { name, about }: UpdateShopDto): Promise<void> {
    await this.database.rows(
      `update shops
       set name = coalesce($2, name), about = coalesce($3, about), updated_at = now()
       where id = $1`,
      [id, name, about],
    );
  }
}
