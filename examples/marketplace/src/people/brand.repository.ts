import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Page, PageQuery } from '../http/page.js';
import type { CreateBrandDto, UpdateBrandDto } from './brand.dto.js';

/** Is a brand with a summary of the licenses it has bought. */
export interface Brand {
  readonly id: number;
  readonly ownerId: number;
  readonly slug: string;
  readonly name: string;
  readonly about: string;
  readonly licenses: { readonly total: number; readonly active: number; readonly feesCents: number };
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface BrandRow extends Omit<Brand, 'licenses'> {
  readonly total: number;
  readonly active: number;
  readonly feesCents: number;
}

const SELECT = `
  select b.id, b.owner_id as "ownerId", b.slug, b.name, b.about,
         count(l.id)::int as total,
         count(l.id) filter (where current_date between l.starts_on and l.ends_on)::int as active,
         coalesce(sum(l.fee_cents), 0)::int as "feesCents",
         b.created_at as "createdAt", b.updated_at as "updatedAt"
  from brands b
  left join licenses l on l.brand_id = b.id`;

@Injectable()
export class BrandRepository {
  constructor(private readonly database: Database) {}

  async find(id: number): Promise<Brand | undefined> {
    const row = await this.database.row<BrandRow>(`${SELECT} where b.id = $1 group by b.id`, [id]);
    return row && toBrand(row);
  }

  async list(query: PageQuery): Promise<Page<Brand>> {
    const page = await this.database.page<BrandRow>(
      `${SELECT} group by b.id order by b.name, b.id`,
      [],
      query,
    );
    return { ...page, items: page.items.map(toBrand) };
  }

  async findOwner(id: number): Promise<number | undefined> {
    const row = await this.database.row<{ id: number }>(`select owner_id as id from brands where id = $1`, [
      id,
    ]);
    return row?.id;
  }

  /** @returns undefined when the slug is taken. */
  async insert(ownerId: number, { slug, name, about }: CreateBrandDto): Promise<number | undefined> {
    const row = await this.database.row<{ id: number }>(
      `insert into brands (owner_id, slug, name, about)
       values ($1, $2, $3, $4)
       on conflict do nothing
       returning id`,
      [ownerId, slug, name, about],
    );
    return row?.id;
  }

  async update(id: number, { name, about }: UpdateBrandDto): Promise<void> {
    await this.database.rows(
      `update brands
       set name = coalesce($2, name), about = coalesce($3, about), updated_at = now()
       where id = $1`,
      [id, name, about],
    );
  }
}

function toBrand({ total, active, feesCents, ...row }: BrandRow): Brand {
  return { ...row, licenses: { total, active, feesCents } };
}
