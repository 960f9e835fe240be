import { Injectable } from '@nestjs/common';
import { currentLock, InvalidateCache, WithLock } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { requireOwner } from '../auth/require-owner.js';
import { ProductRepository } from '../catalog/product.repository.js';
import { Database } from '../database/database.js';
import { found } from '../http/found.js';
import type { Page, PageQuery } from '../http/page.js';
import { keys } from '../redis/keys.js';
import { InventoryService } from './inventory.service.js';
import type { BuyDto } from './purchase.dto.js';
import { type Purchase, PurchaseRepository } from './purchase.repository.js';

@Injectable()
export class PurchaseService {
  constructor(
    private readonly database: Database,
    private readonly purchases: PurchaseRepository,
    private readonly products: ProductRepository,
    private readonly inventory: InventoryService,
  ) {}

  async find(id: number, user: AuthUser): Promise<Purchase> {
    const purchase = found(await this.purchases.find(id), `purchase ${id}`);
    requireOwner(purchase.buyerId, user, `purchase ${id}`);
    return purchase;
  }

  list(query: PageQuery, user: AuthUser): Promise<Page<Purchase>> {
    return this.purchases.listOf(user.id, query);
  }

  /** Takes the goods out of the stock and writes the purchase down, both or neither. */
  @WithLock(({ productId }: BuyDto) => keys.lock.inventory(productId), { ttl: keys.lock.inventory.ttl })
  @InvalidateCache({ entity: ['sales', '{0.productId}'] })
  async buy({ productId, quantity }: BuyDto, user: AuthUser): Promise<Purchase> {
    const { fence } = currentLock();
    const { priceCents } = found(await this.products.findOffer(productId), `product ${productId}`);
    const id = await this.database.transaction(async (sql) => {
      await this.inventory.change(sql, { productId, delta: -quantity, reason: 'purchase', fence });
      return this.purchases.insert(sql, {
        buyerId: user.id,
        productId,
        quantity,
        unitPriceCents: priceCents,
      });
    });
    return found(await this.purchases.find(id), `purchase ${id}`);
  }
}
