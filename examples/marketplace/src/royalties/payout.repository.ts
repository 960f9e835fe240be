import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Page, PageQuery } from '../http/page.js';

/** Is money that a creator has earned; `paidAt` is null until it has been sent. */
export interface Payout {
  readonly id: number;
  readonly creatorId: number;
  readonly period: string;
  readonly amountCents: number;
  readonly createdAt: Date;
  readonly paidAt: Date | null;
}

const SELECT = `
  select o.id, o.creator_id as "creatorId", r.period, o.amount_cents as "amountCents",
         o.created_at as "createdAt", o.paid_at as "paidAt"
  from payouts o
  join royalty_runs r on r.id = o.run_id`;

@Injectable()
export class PayoutRepository {
  constructor(private readonly database: Database) {}

  find(id: number): Promise<Payout | undefined> {
    return this.database.row<Payout>(`${SELECT} where o.id = $1`, [id]);
  }

  listOf(creatorId: number, query: PageQuery): Promise<Page<Payout>> {
    return this.database.page<Payout>(
      `${SELECT} where o.creator_id = $1 order by r.period desc, o.id`,
      [creatorId],
      query,
    );
  }

  /** @returns false when it was paid before. */
  async markPaid(id: number): Promise<boolean> {
    const marked = `update payouts set paid_at = now() where id = $1 and paid_at is null returning id`;
    return (await this.database.row(marked, [id])) !== undefined;
  }
}
