import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Page } from '../http/page.js';
import { licenseFee } from './license-fee.js';
import type { CreateLicenseDto, LicenseQuery } from './license.dto.js';

/** Is a brand's right to use an asset for a while; the days are written as `2026-01-31`. */
export interface License {
  readonly id: number;
  readonly assetId: number;
  readonly brandId: number;
  readonly creatorId: number;
  readonly scope: string;
  readonly feeCents: number;
  readonly startsOn: string;
  readonly endsOn: string;
  readonly createdAt: Date;
}

const SELECT = `
  select l.id, l.asset_id as "assetId", l.brand_id as "brandId", p.creator_id as "creatorId", l.scope,
         l.fee_cents as "feeCents", l.starts_on::text as "startsOn", l.ends_on::text as "endsOn",
         l.created_at as "createdAt"
  from licenses l
  join assets a on a.id = l.asset_id
  join projects p on p.id = a.project_id`;

const END = `$2::date + make_interval(months => $3)`;

@Injectable()
export class LicenseRepository {
  constructor(private readonly database: Database) {}

  find(id: number): Promise<License | undefined> {
    return this.database.row<License>(`${SELECT} where l.id = $1`, [id]);
  }

  list(query: LicenseQuery): Promise<Page<License>> {
    return this.database.page<License>(
      `${SELECT}
       where ($1::int is null or l.brand_id = $1) and ($2::int is null or l.asset_id = $2)
       order by l.created_at desc, l.id`,
      [query.brandId, query.assetId],
      query,
    );
  }

  /** @returns undefined when an exclusive license stands in the way, or an exclusive one would stand in another's. */
  async insert({ assetId, brandId, scope, startsOn, months }: CreateLicenseDto): Promise<number | undefined> {
    const row = await this.database.row<{ id: number }>(
      `insert into licenses (asset_id, starts_on, ends_on, brand_id, scope, fee_cents)
       select $1, $2, ${END}, $4, $5, $6
       where not exists (
         select 1 from licenses
         where asset_id = $1 and 'exclusive' in (scope, $5)
           and daterange(starts_on, ends_on) && daterange($2::date, (${END})::date)
       )
       returning id`,
      [assetId, startsOn, months, brandId, scope, licenseFee(scope, months)],
    );
    return row?.id;
  }
}
