import { ConflictException, ForbiddenException, Injectable } from '@nestjs/common';
import { Cached, InvalidateCache } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { requireOwner } from '../auth/require-owner.js';
import { found } from '../http/found.js';
import type { Page, PageQuery } from '../http/page.js';
import { ALL } from '../redis/entities.js';
import { keys } from '../redis/keys.js';
import type { CreateCreatorDto, UpdateCreatorDto } from './creator.dto.js';
import { type Creator, CreatorRepository } from './creator.repository.js';

@Injectable()
export class CreatorService {
  constructor(private readonly creators: CreatorRepository) {}

  @Cached({ key: keys.cache.creator, entity: ['creator', '{id}'] })
  find(id: number): Promise<Creator> {
    return this.read(id);
  }

  @Cached({ entity: ['creators', () => ALL] })
  list(query: PageQuery): Promise<Page<Creator>> {
    return this.creators.list(query);
  }

  /** @throws {ConflictException} when the user is a creator already or the handle is taken. */
  @InvalidateCache({ entity: ['creator', '{result.id}'], action: 'create' })
  async create(dto: CreateCreatorDto, user: AuthUser): Promise<Creator> {
    const id = await this.creators.insert(user.id, dto);
    if (id === undefined) throw new ConflictException('You are a creator already, or the handle is taken.');
    return this.read(id);
  }

  @InvalidateCache({ entity: ['creator', '{id}'] })
  async update(id: number, dto: UpdateCreatorDto, user: AuthUser): Promise<Creator> {
    requireOwner(await this.creators.findOwner(id), user, `creator ${id}`);
    await this.creators.update(id, dto);
    return this.read(id);
  }

  /** @throws {ForbiddenException} when the user is no creator. */
  async requireIdOf(user: AuthUser): Promise<number> {
    const id = await this.creators.findIdOfUser(user.id);
    if (id === undefined)
      throw new ForbiddenException('This is for creators: become one with POST /api/creators.');
    return id;
  }

  private async read(id: number): Promise<Creator> {
    return found(await this.creators.find(id), `creator ${id}`);
  }
}
