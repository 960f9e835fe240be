import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';

/** Is what changes in the stock of a product, and why. */
export interface StockChange {
  readonly productId: number;
  readonly delta: number;
  readonly reason: string;
  /** Is the fence of the lock under which it is changed. */
  readonly fence: bigint;
}

/** Is one past change of a product's stock. */
export interface StockMovement {
  readonly id: number;
  readonly delta: number;
  readonly quantityAfter: number;
  readonly reason: string;
  readonly createdAt: Date;
}

@Injectable()
export class InventoryRepository {
  constructor(private readonly database: Database) {}

  /** Reads the latest movements, the newest first. */
  movements(productId: number): Promise<StockMovement[]> {
    return this.database.rows<StockMovement>(
      `select id, delta, quantity_after as "quantityAfter", reason, created_at as "createdAt"
       from inventory_movements
       where product_id = $1
       order by id desc
       limit 50`,
      [productId],
    );
  }

  /** @returns undefined when there is no such product. */
  async quantity(sql: Sql, productId: number): Promise<number | undefined> {
    const row = await sql.row<{ quantity: number }>(`select quantity from inventory where product_id = $1`, [
      productId,
    ]);
    return row?.quantity;
  }

  /**
   * Writes the stock that a change leaves and records the change.
   *
   * @returns false when somebody has written who got the lock later: this one has lost it without knowing.
   */
  async write(
    sql: Sql,
    { productId, delta, reason, fence }: StockChange,
    quantityAfter: number,
  ): Promise<boolean> {
    const written = await sql.rows(
      `update inventory set quantity = $2, fence = $3, updated_at = now()
       where product_id = $1 and fence <= $3
       returning product_id`,
      [productId, quantityAfter, fence],
    );
    if (written.length === 0) return false;
    await sql.rows(
      `insert into inventory_movements (product_id, delta, quantity_after, reason, fence)
       values ($1, $2, $3, $4, $5)`,
      [productId, delta, quantityAfter, reason, fence],
    );
    return true;
  }
}
