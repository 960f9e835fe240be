import { ConflictException, Injectable } from '@nestjs/common';
import { currentLock, InvalidateCache, WithLock } from 'nestjs-redis-suite';
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
    const { fence } = currentLock();
    await this.requireOwner(productId, user);
    return this.database.transaction((sql) => this.change(sql, { ...dto, productId, fence }));
  }

  /**
   * Reads the stock, checks the change and writes the result: three steps that nobody else may take at the same
   * time for the same product, so the caller holds its lock; its fence stops a caller who was paused for so long that the
   * lock is somebody else's by now.
   *
   * @throws {ConflictException} when there is too little in stock, or the lock was lost.
   */
  async change(sql: Sql, change: StockChange): Promise<Stock> {
    const { productId, delta } = change;
    const present = found(await this.inventory.quantity(sql, productId), `product ${productId}`);
    const quantity = present + delta;
    if (quantity < 0) throw new ConflictException(`Only ${present} of product ${productId} are in stock.`);
    if (!(await this.inventory.write(sql, change, quantity)))
      throw new ConflictException(`The stock of product ${productId} was changed meanwhile; try again.`);
    return { productId, quantity };
  }

  private async requireOwner(productId: number, user: AuthUser): Promise<void> {
    requireOwner((await this.products.findOffer(productId))?.ownerId, user, `product ${productId}`);
  }
}
