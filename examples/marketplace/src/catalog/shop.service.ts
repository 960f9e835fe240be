import { ConflictException, Injectable } from '@nestjs/common';
import { Cached, InvalidateCache } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { requireOwner } from '../auth/require-owner.js';
import { found } from '../http/found.js';
import type { Page, PageQuery } from '../http/page.js';
import { CreatorService } from '../people/creator.service.js';
import { ALL } from '../redis/entities.js';
import { keys } from '../redis/keys.js';
import type { CreateShopDto, UpdateShopDto } from './shop.dto.js';
import { type Shop, ShopRepository } from './shop.repository.js';

@Injectable()
export class ShopService {
  constructor(
    private readonly shops: ShopRepository,
    private readonly creators: CreatorService,
  ) {}

  @Cached({ key: keys.cache.shop, entity: ['shop', '{id}'] })
  find(id: number): Promise<Shop> {
    return this.read(id);
  }

  @Cached({ entity: ['shops', () => ALL] })
  list(query: PageQuery): Promise<Page<Shop>> {
    return this.shops.list(query);
  }

  /** @throws {ConflictException} when the slug is taken. */
  @InvalidateCache({ entity: ['shop', '{result.id}'], action: 'create' })
  async create(dto: CreateShopDto, user: AuthUser): Promise<Shop> {
    const id = await this.shops.insert(await this.creators.requireIdOf(user), dto);
    if (id === undefined) throw new ConflictException(`The slug ${dto.slug} is taken.`);
    return this.read(id);
  }

  @InvalidateCache({ entity: ['shop', '{id}'] })
  async update(id: number, dto: UpdateShopDto, user: AuthUser): Promise<Shop> {
    await this.requireOwner(id, user);
    await this.shops.update(id, dto);
    return this.read(id);
  }

  /** @throws {ForbiddenException} when the shop belongs to someone else. */
  async requireOwner(id: number, user: AuthUser): Promise<void> {
    requireOwner(await this.shops.findOwner(id), user, `shop ${id}`);
  }

  private async read(id: number): Promise<Shop> {
    return found(await this.shops.find(id), `shop ${id}`);
  }
}
