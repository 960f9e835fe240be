import { ConflictException, Injectable } from '@nestjs/common';
import { Cached, InvalidateCache } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { found } from '../http/found.js';
import type { Page } from '../http/page.js';
import { BrandService } from '../people/brand.service.js';
import { AssetService } from '../projects/asset.service.js';
import { ALL } from '../redis/entities.js';
import { keys } from '../redis/keys.js';
import type { CreateLicenseDto, LicenseQuery } from './license.dto.js';
import { type License, LicenseRepository } from './license.repository.js';

@Injectable()
export class LicenseService {
  constructor(
    private readonly licenses: LicenseRepository,
    private readonly brands: BrandService,
    private readonly assets: AssetService,
  ) {}

  @Cached({ key: keys.cache.license, entity: ['license', '{id}'] })
  find(id: number): Promise<License> {
    return this.read(id);
  }

  @Cached({ entity: ['licenses', () => ALL] })
  list(query: LicenseQuery): Promise<Page<License>> {
    return this.licenses.list(query);
  }

  /** @throws {ConflictException} when an exclusive license stands in the way. */
  @InvalidateCache({ entity: ['license', '{result.id}'], action: 'create' })
  async create(dto: CreateLicenseDto, user: AuthUser): Promise<License> {
    await this.brands.requireOwner(dto.brandId, user);
    await this.assets.find(dto.assetId);
    const id = await this.licenses.insert(dto);
    if (id === undefined)
      throw new ConflictException('Another license of that time is exclusive, or this one would be.');
    return this.read(id);
  }

  private async read(id: number): Promise<License> {
    return found(await this.licenses.find(id), `license ${id}`);
  }
}
