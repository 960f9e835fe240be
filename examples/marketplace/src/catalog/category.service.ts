import { ConflictException, Injectable } from '@nestjs/common';
import { Cached, CacheWarmer, InvalidateCache } from 'nestjs-redis-suite';
import { found } from '../http/found.js';
import { ALL } from '../redis/entities.js';
import { keys } from '../redis/keys.js';
import type { CreateCategoryDto } from './category.dto.js';
import { type Category, CategoryRepository } from './category.repository.js';

/** Is a section of the catalogue with its categories. */
export interface Section extends Category {
  readonly categories: readonly Category[];
}

@Injectable()
export class CategoryService {
  constructor(private readonly categories: CategoryRepository) {}

  @CacheWarmer('categories')
  @Cached({ key: keys.cache.categories, entity: ['categories', () => ALL] })
  async tree(): Promise<Section[]> {
    const all = await this.categories.list();
    return all
      .filter(({ parentId }) => parentId === null)
      .map((section) => ({ ...section, categories: all.filter(({ parentId }) => parentId === section.id) }));
  }

  /** @throws {ConflictException} when there is no such section or the slug is taken. */
  @InvalidateCache({ entity: ['categories', () => ALL], action: 'create' })
  async create(dto: CreateCategoryDto): Promise<{ id: number }> {
    const id = await this.categories.insert(dto);
    if (id === undefined)
      throw new ConflictException(`There is no section ${dto.section}, or the slug is taken.`);
    return { id };
  }

  /** @throws {NotFoundException} when there is none, or it is a section. */
  async requireCategory(id: number): Promise<void> {
    found((await this.categories.exists(id)) || undefined, `category ${id}`);
  }
}
