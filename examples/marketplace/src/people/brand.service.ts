import { ConflictException, Injectable } from '@nestjs/common';
import { Cached, InvalidateCache } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { requireOwner } from '../auth/require-owner.js';
import { found } from '../http/found.js';
import type { Page, PageQuery } from '../http/page.js';
import { ALL } from '../redis/entities.js';
import { keys } from '../redis/keys.js';
import type { CreateBrandDto, UpdateBrandDto } from './brand.dto.js';
import { type Brand, BrandRepository } from './brand.repository.js';

@Injectable()
export class BrandService {
  constructor(private readonly brands: BrandRepository) {}

  @Cached({ key: keys.cache.brand, entity: ['brand', '{id}'] })
  find(id: number): Promise<Brand> {
    return this.read(id);
  }

  @Cached({ entity: ['brands', () => ALL] })
  list(query: PageQuery): Promise<Page<Brand>> {
    return this.brands.list(query);
  }

  /** @throws {ConflictException} when the slug is taken. */
  @InvalidateCache({ entity: ['brand', '{result.id}'], action: 'create' })
  async create(dto: CreateBrandDto, user: AuthUser): Promise<Brand> {
    const id = await this.brands.insert(user.id, dto);
    if (id === undefined) throw new ConflictException(`The slug ${dto.slug} is taken.`);
    return this.read(id);
  }

  @InvalidateCache({ entity: ['brand', '{id}'] })
  async update(id: number, dto: UpdateBrandDto, user: AuthUser): Promise<Brand> {
    await this.requireOwner(id, user);
    await this.brands.update(id, dto);
    return this.read(id);
  }

  /** @throws {ForbiddenException} when the brand belongs to someone else. */
  async requireOwner(id: number, user: AuthUser): Promise<void> {
    requireOwner(await this.brands.findOwner(id), user, `brand ${id}`);
  }

  private async read(id: number): Promise<Brand> {
    return found(await this.brands.find(id), `brand ${id}`);
  }
}
