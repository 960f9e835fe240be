import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Page } from '../http/page.js';
import type { SearchQuery } from './search.dto.js';

/** Is a product that matches a search; `excerpt` marks the words found. */
export interface SearchHit {
  readonly id: number;
  readonly name: string;
  readonly priceCents: number;
  readonly shopId: number;
  readonly excerpt: string;
  readonly rank: number;
}

@Injectable()
export class SearchRepository {
  constructor(private readonly database: Database) {}

  search(query: SearchQuery): Promise<Page<SearchHit>> {
    return this.database.page<SearchHit>(
      `select p.id, p.name, p.price_cents as "priceCents", p.shop_id as "shopId",
              ts_headline('english', p.description, words, 'StartSel=[, StopSel=]') as excerpt,
              ts_rank(p.document, words) as rank
       from products p, websearch_to_tsquery('english', $1) as words
       where p.document @@ words
         and ($2::int is null or p.category_id = $2)
         and ($3::int is null or p.price_cents <= $3)
       order by rank desc, p.id`,
      [query.q, query.categoryId, query.maxPriceCents],
      query,
    );
  }
}
