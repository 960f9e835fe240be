import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

/** Is one reckoning of a month's royalties; it is finished once the payouts are written. */
export interface RoyaltyRun {
  readonly id: number;
  readonly period: string;
  readonly creatorCount: number;
  readonly amountCents: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** Is a batch of creators to reckon for. */
export interface RoyaltyBatch {
  readonly runId: number;
  readonly creatorIds: readonly number[];
  readonly commissionBps: number;
}

const SELECT = `
  select r.id, r.period, count(y.creator_id)::int as "creatorCount", coalesce(sum(y.amount_cents), 0)::int as "amountCents",
         r.started_at as "startedAt", r.finished_at as "finishedAt"
  from royalty_runs r
  left join royalties y on y.run_id = r.id`;

@Injectable()
export class RoyaltyRepository {
  constructor(private readonly database: Database) {}

  find(id: number): Promise<RoyaltyRun | undefined> {
    return this.database.row<RoyaltyRun>(`${SELECT} where r.id = $1 group by r.id`, [id]);
  }

  list(): Promise<RoyaltyRun[]> {
    return this.database.rows<RoyaltyRun>(`${SELECT} group by r.id order by r.period desc`);
  }

  async isFinished(period: string): Promise<boolean> {
    const finished = `select 1 from royalty_runs where period = $1 and finished_at is not null`;
    return (await this.database.row(finished, [period])) !== undefined;
  }

  /** Opens a run, in place of one for the same month that was broken off. */
  async open(period: string): Promise<number> {
    await this.database.rows(`delete from royalty_runs where period = $1 and finished_at is null`, [period]);
    const row = await this.database.row<{ id: number }>(
      `insert into royalty_runs (period) values ($1) returning id`,
      [period],
    );
    return (row as { id: number }).id;
  }

  async creatorIds(): Promise<number[]> {
    const rows = await this.database.rows<{ id: number }>(`select id from creators order by id`);
    return rows.map(({ id }) => id);
  }

  /** Reckons what a batch of creators has earned in the run's month by sales and by licenses. */
  async reckon({ runId, creatorIds, commissionBps }: RoyaltyBatch): Promise<void> {
    await this.database.rows(
      `with span as (
         select (period || '-01')::date as first, (period || '-01')::date + interval '1 month' as behind
         from royalty_runs where id = $1
       ), earned as (
         select c.id,
           (select coalesce(sum(b.total_cents), 0) from shops s join products p on p.shop_id = s.id
              join purchases b on b.product_id = p.id
            where s.creator_id = c.id and b.created_at >= first and b.created_at < behind) as sales,
           (select coalesce(sum(l.fee_cents), 0) from projects j join assets a on a.project_id = j.id
              join licenses l on l.asset_id = a.id
            where j.creator_id = c.id and l.created_at >= first and l.created_at < behind) as fees
         from creators c, span where c.id = any($2)
       )
       insert into royalties (run_id, creator_id, sales_cents, license_cents, amount_cents)
       select $1, id, sales, fees, (sales + fees) * (10000 - $3::int) / 10000 from earned where sales + fees > 0`,
      [runId, creatorIds, commissionBps],
    );
  }

  /** Writes a payout for every royalty of the run and finishes it, in one statement. */
  async finish(runId: number): Promise<void> {
    await this.database.rows(
      `with paid as (
         insert into payouts (run_id, creator_id, amount_cents)
         select run_id, creator_id, amount_cents from royalties where run_id = $1 and amount_cents > 0
       )
       update royalty_runs set finished_at = now() where id = $1`,
      [runId],
    );
  }
}
