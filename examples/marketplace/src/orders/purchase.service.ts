import { Injectable } from '@nestjs/common';
import { CacheService, currentLock, InvalidateCache, WithLock } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { requireOwner } from '../auth/require-owner.js';
import { ProductRepository } from '../catalog/product.repository.js';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import { found } from '../http/found.js';
import type { Page, PageQuery } from '../http/page.js';
import { keys } from '../redis/keys.js';
import { InventoryService } from './inventory.service.js';
import type { BuyAllDto, BuyDto } from './purchase.dto.js';
import { type NewPurchase, type Purchase, PurchaseRepository } from './purchase.repository.js';

const EXPORT_PAGE = 100;

@Injectable()
export class PurchaseService {
  constructor(
    private readonly database: Database,
    private readonly purchases: PurchaseRepository,
    private readonly products: ProductRepository,
    private readonly inventory: InventoryService,
    private readonly cache: CacheService,
  ) {}

  async find(id: number, user: AuthUser): Promise<Purchase> {
    const purchase = found(await this.purchases.find(id), `purchase ${id}`);
    requireOwner(purchase.buyerId, user, `purchase ${id}`);
    return purchase;
  }

  list(query: PageQuery, user: AuthUser): Promise<Page<Purchase>> {
    return this.purchases.listOf(user.id, query);
  }

  /** Writes all purchases of a user as CSV, page by page, so that none but the current one is held in memory. */
  async *export(user: AuthUser): AsyncGenerator<string> {
    yield 'id,product,quantity,total in cents,bought at\n';
    for (let page = 1, rows: readonly Purchase[] = []; page === 1 || rows.length === EXPORT_PAGE; page++) {
      rows = (await this.purchases.listOf(user.id, { page, pageSize: EXPORT_PAGE })).items;
      yield rows.map(csvLine).join('');
    }
  }

  async buy(item: BuyDto, user: AuthUser): Promise<Purchase> {
    const [purchase] = await this.buyAll({ items: [item] }, user);
    return purchase as Purchase;
  }

  /**
   * Takes all goods out of the stock and writes the purchases down, all or none. The locks of all products are taken
   * together, so customers who want the same things in another order never wait for each other.
   */
  @WithLock(({ items }: BuyAllDto) => items.map(({ productId }) => keys.lock.inventory(productId)), {
    ttl: keys.lock.inventory.ttl,
  })
  async buyAll({ items }: BuyAllDto, { id: buyerId }: AuthUser): Promise<Purchase[]> {
    const wanted = await Promise.all(
      items.map(async ({ productId, quantity }) => {
        const { priceCents } = found(await this.products.findOffer(productId), `product ${productId}`);
        return { buyerId, productId, quantity, unitPriceCents: priceCents };
      }),
    );
    const ids = await this.cache.deferInvalidations(() =>
      this.database.transaction(async (sql) => {
        const sold: number[] = [];
        for (const one of wanted) sold.push(await this.sell(one, sql));
        return sold;
      }),
    );
    return Promise.all(ids.map(async (id) => found(await this.purchases.find(id), `purchase ${id}`)));
  }

  @InvalidateCache({ entity: ['sales', '{0.productId}'] })
  async sell(purchase: NewPurchase, sql: Sql): Promise<number> {
    const { productId, quantity } = purchase;
    const fence = currentLock().fences.get(keys.lock.inventory(productId)) as bigint;
    await this.inventory.change(sql, { productId, delta: -quantity, reason: 'purchase', fence });
    return this.purchases.insert(sql, purchase);
  }
}

function csvLine({ id, productName, quantity, totalCents, createdAt }: Purchase): string {
  return `${id},"${productName.replaceAll('"', '""')}",${quantity},${totalCents},${createdAt.toISOString()}\n`;
}
