import { Injectable } from '@nestjs/common';
import { Cached, InvalidateCache } from 'nestjs-redis-suite';
import type { AuthUser } from '../auth/auth-user.js';
import { found } from '../http/found.js';
import { keys } from '../redis/keys.js';
import type { UpdateAssetDto, UploadedAsset } from './asset.dto.js';
import { type Asset, type AssetFile, AssetRepository } from './asset.repository.js';
import { ProjectService } from './project.service.js';

/** Is what a creator uploads, and into which project. */
export interface Upload {
  readonly projectId: number;
  readonly title: string;
  readonly file: UploadedAsset;
}

@Injectable()
export class AssetService {
  constructor(
    private readonly assets: AssetRepository,
    private readonly projects: ProjectService,
  ) {}

  @Cached({ key: keys.cache.asset, entity: ['asset', '{id}'] })
  find(id: number): Promise<Asset> {
    return this.read(id);
  }

  async readFile(id: number): Promise<AssetFile> {
    return found(await this.assets.findFile(id), `asset ${id}`);
  }

  @InvalidateCache({ entity: ['asset', '{result.id}'], action: 'create' })
  async upload({ projectId, title, file }: Upload, user: AuthUser): Promise<Asset> {
    await this.projects.requireOwner(projectId, user);
    return this.read(await this.assets.insert(projectId, title, file));
  }

  @InvalidateCache({ entity: ['asset', '{id}'] })
  async update(id: number, { title }: UpdateAssetDto, user: AuthUser): Promise<Asset> {
    const { projectId } = await this.read(id);
    await this.projects.requireOwner(projectId, user);
    await this.assets.rename(id, title);
    return this.read(id);
  }

  private async read(id: number): Promise<Asset> {
    return found(await this.assets.find(id), `asset ${id}`);
  }
}
