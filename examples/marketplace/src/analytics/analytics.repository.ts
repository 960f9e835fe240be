import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

/** Is what was sold on one day, written as `2026-01-31`. */
export interface DaySales {
  readonly day: string;
  readonly purchases: number;
  readonly revenueCents: number;
}

/** Is a creator and what the shops have sold. */
export interface CreatorSales {
  readonly creatorId: number;
  readonly displayName: string;
  readonly buyers: number;
  readonly revenueCents: number;
}

/** Is a category and its share of the revenue. */
export interface CategorySales {
  readonly category: string;
  readonly revenueCents: number;
  readonly share: number;
}

const SINCE = `now() - make_interval(days => $1)`;

@Injectable()
export class AnalyticsRepository {
  constructor(private readonly database: Database) {}

  /** Reads every day of the span, those without a sale too. */
  sales(days: number): Promise<DaySales[]> {
    return this.database.rows<DaySales>(
      `select d.day::date::text as day, count(b.id)::int as purchases,
              coalesce(sum(b.total_cents), 0)::int as "revenueCents"
       from generate_series(current_date - $1::int + 1, current_date, interval '1 day') as d(day)
       left join purchases b on b.created_at >= d.day and b.created_at < d.day + interval '1 day'
       group by d.day
       order by d.day`,
      [days],
    );
  }

  topCreators(days: number): Promise<CreatorSales[]> {
    return this.database.rows<CreatorSales>(
      `select c.id as "creatorId", c.display_name as "displayName", count(distinct b.buyer_id)::int as buyers,
              sum(b.total_cents)::int as "revenueCents"
       from purchases b
       join products p on p.id = b.product_id
       join shops s on s.id = p.shop_id
       join creators c on c.id = s.creator_id
       where b.created_at > ${SINCE}
       group by c.id
       order by "revenueCents" desc, c.id
       limit 10`,
      [days],
    );
  }

  categories(days: number): Promise<CategorySales[]> {
    return this.database.rows<CategorySales>(
      `select c.name as category, sum(b.total_cents)::int as "revenueCents",
              round(sum(b.total_cents) / sum(sum(b.total_cents)) over (), 4)::float8 as share
       from purchases b
       join products p on p.id = b.product_id
       join categories c on c.id = p.category_id
       where b.created_at > ${SINCE}
       group by c.id
       order by "revenueCents" desc, c.id`,
      [days],
    );
  }
}
