import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { CreateCategoryDto } from './category.dto.js';

/** Is a category; those without a parent are sections. */
export interface Category {
  readonly id: number;
  readonly parentId: number | null;
  readonly slug: string;
  readonly name: string;
}

@Injectable()
export class CategoryRepository {
  constructor(private readonly database: Database) {}

  list(): Promise<Category[]> {
    return this.database.rows<Category>(
      `select id, parent_id as "parentId", slug, name from categories order by position, id`,
    );
  }

  async exists(id: number): Promise<boolean> {
    const row = await this.database.row(`select 1 from categories where id = $1 and parent_id is not null`, [
      id,
    ]);
    return row !== undefined;
  }

  /** @returns undefined when there is no such section or the slug is taken. */
  async insert({ slug, name, section }: CreateCategoryDto): Promise<number | undefined> {
    const row = await this.database.row<{ id: number }>(
      `insert into categories (parent_id, slug, name, position)
       select s.id, $2, $3, (select count(*) from categories where parent_id = s.id)
       from categories s
       where s.slug = $1 and s.parent_id is null
       on conflict do nothing
       returning id`,
      [section, slug, name],
    );
    return row?.id;
  }
}
