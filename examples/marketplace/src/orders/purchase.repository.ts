import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import type { Page, PageQuery } from '../http/page.js';

/** Is something that somebody has bought. */
export interface Purchase {
  readonly id: number;
  readonly buyerId: number;
  readonly productId: number;
  readonly productName: string;
  readonly quantity: number;
  readonly unitPriceCents: number;
  readonly totalCents: number;
  readonly createdAt: Date;
}

/** Is what is written down when somebody buys. */
export type NewPurchase = Pick<Purchase, 'buyerId' | 'productId' | 'quantity' | 'unitPriceCents'>;

const SELECT = `
  select b.id, b.buyer_id as "buyerId", b.product_id as "productId", p.name as "productName", b.quantity,
         b.unit_price_cents as "unitPriceCents", b.total_cents as "totalCents", b.created_at as "createdAt"
  from purchases b
  join products p on p.id = b.product_id`;

@Injectable()
export class PurchaseRepository {
  constructor(private readonly database: Database) {}

  find(id: number): Promise<Purchase | undefined> {
    return this.database.row<Purchase>(`${SELECT} where b.id = $1`, [id]);
  }

  listOf(buyerId: number, query: PageQuery): Promise<Page<Purchase>> {
    return this.database.page<Purchase>(
      `${SELECT} where b.buyer_id = $1 order by b.created_at desc, b.id`,
      [buyerId],
      query,
    );
  }

  async insert(sql: Sql, { buyerId, productId, quantity, unitPriceCents }: NewPurchase): Promise<number> {
    const row = await sql.row<{ id: number }>(
      `insert into purchases (buyer_id, product_id, quantity, unit_price_cents)
       values ($1, $2, $3, $4)
       returning id`,
      [buyerId, productId, quantity, unitPriceCents],
    );
    return (row as { id: number }).id;
  }
}
