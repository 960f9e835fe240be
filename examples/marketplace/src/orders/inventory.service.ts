import { ConflictException, Injectable } from '@nestjs/common';
import { InvalidateCache, WithLock } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { requireOwner } from '../auth/require-owner.js';
import { ProductRepository } from '../catalog/product.repository.js';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import { found } from '../http/found.js';
import { keys } from '../redis/keys.js';
import type { AdjustInventoryDto } from './inventory.dto.js';
import { InventoryRepository, type StockChange, type StockMovement } from './inventory.repository.js';

/** Is what a product's stock became. */
export interface Stock {
  readonly productId: number;
  readonly quantity: number;
}

@Injectable()
export class InventoryService {
  constructor(
    private readonly database: Database,
    private readonly inventory: InventoryRepository,
    private readonly products: ProductRepository,
  ) {}

  async movements(productId: number, user: AuthUser): Promise<StockMovement[]> {
    await this.requireOwner(productId, user);
    return this.inventory.movements(productId);
  }

  @WithLock((productId: number) => keys.lock.inventory(productId), { ttl: keys.lock.inventory.ttl })
  @InvalidateCache({ entity: ['stock', '{productId}'] })
  async adjust(productId: number, dto: AdjustInventoryDto, user: AuthUser): Promise<Stock> {
    await this.requireOwner(productId, user);
    return this.database.transaction((sql) => this.change(sql, { productId, ...dto }));
  }

  /**
   * Reads the stock, checks the change and writes the result: three steps that nobody else may take at the same
   * time for the same product, so the caller holds its lock.
   *
   * @throws {ConflictException} when there is too little in stock.
   */
  async change(sql: Sql, change: StockChange): Promise<Stock> {
    const { productId, delta } = change;
    const present = found(await this.inventory.quantity(sql, productId), `product ${productId}`);
    const quantity = present + delta;
    if (quantity < 0) throw new ConflictException(`Only ${present} of product ${productId} are in stock.`);
    await this.inventory.write(sql, change, quantity);
    return { productId, quantity };
  }

  private async requireOwner(productId: number, user: AuthUser): Promise<void> {
    requireOwner((await this.products.findOffer(productId))?.ownerId, user, `product ${productId}`);
  }
}
