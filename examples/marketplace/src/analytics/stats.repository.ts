import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

/** Says how large the marketplace is. */
export interface Stats {
  readonly users: number;
  readonly creators: number;
  readonly brands: number;
  readonly assets: number;
  readonly products: number;
  readonly purchases: number;
  readonly revenueCents: number;
  readonly activeLicenses: number;
}

@Injectable()
export class StatsRepository {
  constructor(private readonly database: Database) {}

  async read(): Promise<Stats> {
    const row = await this.database.row<Stats>(
      `select (select count(*)::int from users) as users,
              (select count(*)::int from creators) as creators,
              (select count(*)::int from brands) as brands,
              (select count(*)::int from assets) as assets,
              (select count(*)::int from products) as products,
              (select count(*)::int from licenses where current_date between starts_on and ends_on) as "activeLicenses",
              count(*)::int as purchases,
              coalesce(sum(total_cents), 0)::int as "revenueCents"
       from purchases`,
    );
    return row as Stats;
  }
}
