import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';

/** Is what changes in the stock of a product, and why. */
export interface StockChange {
  readonly productId: number;
  readonly delta: number;
  readonly reason: string;
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

  /** Writes the stock that a change leaves and records the change. */
  async write(sql: Sql, { productId, delta, reason }: StockChange, quantityAfter: number): Promise<void> {
    await sql.rows(`update inventory set quantity = $2, updated_at = now() where product_id = $1`, [
      productId,
      quantityAfter,
    ]);
    await sql.rows(
      `insert into inventory_movements (product_id, delta, quantity_after, reason) values ($1, $2, $3, $4)`,
      [productId, delta, quantityAfter, reason],
    );
  }
}
